package io.fairlead.store;

import io.fairlead.Conflict;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Images with their tags, and layers. */
final class ImageTable {
  private static final String SELECT =
      """
      SELECT *, (SELECT group_concat(diff_id, ' ' ORDER BY place) FROM image_layers WHERE image_id = images.id) AS layers,
        (SELECT group_concat(tag, ' ' ORDER BY tag) FROM tags WHERE image_id = images.id) AS tags
      FROM images
      """;
  private static final String ALL = SELECT + "WHERE is_removed = 0 ORDER BY created_at DESC, id";
  private static final String EVERY = SELECT + "ORDER BY id";
  private static final String BY_ID = SELECT + "WHERE id = ?";
  private static final String BY_TAG =
      SELECT + "WHERE id = (SELECT image_id FROM tags WHERE tag = ?)";
  private static final String BY_ID_PREFIX =
      SELECT
          + "WHERE is_removed = 0 AND id >= 'sha256:' || ?1 AND id < 'sha256:' || ?1 || 'g' ORDER BY id LIMIT 2";
  private static final String ABANDONED =
      SELECT
          + "WHERE is_removed = 1 AND NOT EXISTS (SELECT 1 FROM containers WHERE image_id = images.id)";
  private static final String PUT =
      """
      INSERT INTO images (id, config, size_bytes, created_at, tagged_at, is_removed)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET config = excluded.config, size_bytes = excluded.size_bytes,
        created_at = excluded.created_at, tagged_at = excluded.tagged_at,
        is_removed = excluded.is_removed
      """;

  private final Session session;

  ImageTable(Session session) {
    this.session = session;
  }

  List<ImageRow> all() {
    return session.list(ALL, ImageTable::image);
  }

  List<ImageRow> every() {
    return session.list(EVERY, ImageTable::image);
  }

  List<ImageRow> abandoned() {
    return session.list(ABANDONED, ImageTable::image);
  }

  Optional<ImageRow> byId(String id) {
    return session.first(BY_ID, ImageTable::image, id);
  }

  Optional<ImageRow> byTag(String tag) {
    return session.first(BY_TAG, ImageTable::image, tag);
  }

  List<ImageRow> byIdPrefix(String hexPrefix) {
    return session.list(BY_ID_PREFIX, ImageTable::image, hexPrefix);
  }

  void put(ImageRow row) {
    session.run(
        PUT,
        row.id(),
        row.config(),
        row.sizeBytes(),
        Row.time(row.createdAt()),
        Row.time(row.taggedAt()),
        row.isRemoved() ? 1 : 0);
    session.run("DELETE FROM image_layers WHERE image_id = ?", row.id());
    for (int place = 0; place < row.layers().size(); place++) {
      session.run(
          "INSERT INTO image_layers (image_id, place, diff_id) VALUES (?, ?, ?)",
          row.id(),
          place,
          row.layers().get(place));
    }
    session.run("DELETE FROM tags WHERE image_id = ?", row.id());
    for (String tag : row.tags()) {
      session.run(
          "INSERT INTO tags (tag, image_id) VALUES (?, ?) ON CONFLICT DO UPDATE SET image_id = excluded.image_id",
          tag,
          row.id());
    }
  }

  void remove(String id) {
    session.run("DELETE FROM images WHERE id = ?", id);
  }

  List<LayerRow> layers() {
    return session.list("SELECT * FROM layers ORDER BY diff_id", ImageTable::layer);
  }

  Optional<LayerRow> layer(String diffId) {
    return session.first("SELECT * FROM layers WHERE diff_id = ?", ImageTable::layer, diffId);
  }

  void put(LayerRow row) {
    try {
      session.run(
          "INSERT INTO layers (diff_id, directory, size_bytes, tar_bytes) VALUES (?, ?, ?, ?) ON CONFLICT (diff_id) DO UPDATE SET directory = excluded.directory, size_bytes = excluded.size_bytes, tar_bytes = excluded.tar_bytes",
          row.diffId(),
          row.directory(),
          row.sizeBytes(),
          row.tarBytes());
    } catch (ConstraintViolation e) {
      throw new Conflict(
          "layer directory %s is another layer's than %s".formatted(row.directory(), row.diffId()),
          e);
    }
  }

  List<LayerRow> unusedLayers() {
    return session.list(
        "SELECT * FROM layers WHERE NOT EXISTS (SELECT 1 FROM image_layers WHERE diff_id = layers.diff_id) ORDER BY diff_id",
        ImageTable::layer);
  }

  void removeLayer(String diffId) {
    session.run("DELETE FROM layers WHERE diff_id = ?", diffId);
  }

  private static ImageRow image(Row row) throws SQLException {
    return new ImageRow(
        row.text("id"),
        row.text("config"),
        row.words("layers"),
        row.words("tags"),
        row.size("size_bytes"),
        row.time("created_at"),
        row.timeOrNull("tagged_at"),
        row.flag("is_removed"));
  }

  private static LayerRow layer(Row row) throws SQLException {
    return new LayerRow(
        row.text("diff_id"), row.text("directory"), row.size("size_bytes"), row.size("tar_bytes"));
  }
}
