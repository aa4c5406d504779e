package io.fairlead.image;

import io.fairlead.image.Images.Listener;
import io.fairlead.store.ImageRow;
import io.fairlead.store.LayerRow;
import io.fairlead.store.Store;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Images on their way out: one archive that is both an OCI layout ({@code index.json}) and what
 * {@code docker load} has always read ({@code manifest.json}), as newer Docker writes it. The same
 * images give the same bytes.
 */
public final class Saving implements AutoCloseable {
  private final Removals.Hold hold;
  private final Layers layers;
  private final List<SavedImage> images;

  private Saving(Removals.Hold hold, Layers layers, List<SavedImage> images) {
    this.hold = hold;
    this.layers = layers;
    this.images = images;
  }

  static Saving begin(
      Store store, Layers layers, Removals removals, Listener listener, List<String> references) {
    var tags = new LinkedHashMap<String, Set<String>>();
    var hold =
        removals.hold(
            records -> {
              var found = new LinkedHashMap<String, ImageRow>();
              for (String reference : references) {
                SavedImage.select(records, reference)
                    .forEach(
                        (row, chosen) -> {
                          found.put(row.id(), row);
                          tags.computeIfAbsent(row.id(), _ -> new LinkedHashSet<>()).addAll(chosen);
                        });
              }
              return List.copyOf(found.values());
            });
    try {
      Map<String, LayerRow> rows =
          store.read(
              records ->
                  records.layers().stream()
                      .collect(Collectors.toMap(LayerRow::diffId, Function.identity())));
      var images = new ArrayList<SavedImage>();
      for (ImageRow row : hold.images()) {
        images.add(SavedImage.of(row, List.copyOf(tags.getOrDefault(row.id(), Set.of())), rows));
        listener.happened(row.id(), "save", row.id(), ConfigJson.image(row).config().labels());
      }
      return new Saving(hold, layers, List.copyOf(images));
    } catch (RuntimeException e) {
      hold.close();
      throw e;
    }
  }

  /**
   * Writes the archive as fast as the stream takes it, and leaves the stream open.
   *
   * @throws io.fairlead.EngineFault if a layer on the disk is not what it was
   */
  public void writeTo(OutputStream out) throws IOException {
    var tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    put(tar, "oci-layout", SavedImage.LAYOUT);
    put(tar, "index.json", SavedImage.index(images));
    put(tar, "manifest.json", SavedImage.dockerManifest(images));
    put(tar, "repositories", SavedImage.repositories(images));
    directory(tar, "blobs/");
    directory(tar, "blobs/sha256/");
    var written = new LinkedHashSet<String>();
    for (SavedImage image : images) {
      for (String blob : List.of(image.config(), image.manifest())) {
        String digest = Digests.of(SavedImage.bytes(blob));
        if (written.add(digest)) {
          put(tar, SavedImage.path(digest), blob);
        }
      }
    }
    for (SavedImage image : images) {
      for (LayerRow layer : image.layers()) {
        if (written.add(layer.diffId())) {
          layer(tar, layer);
        }
      }
    }
    tar.finish();
  }

  private void layer(TarArchiveOutputStream tar, LayerRow layer) throws IOException {
    var entry = entry(SavedImage.path(layer.diffId()), 0644);
    entry.setSize(layer.tarBytes());
    tar.putArchiveEntry(entry);
    layers.writeTar(layer, tar);
    tar.closeArchiveEntry();
  }

  private static void put(TarArchiveOutputStream tar, String name, String text) throws IOException {
    var entry = entry(name, 0644);
    byte[] content = SavedImage.bytes(text);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static void directory(TarArchiveOutputStream tar, String name) throws IOException {
    tar.putArchiveEntry(entry(name, 0755));
    tar.closeArchiveEntry();
  }

  /** At the beginning of time, as Docker does: the archive depends on the images alone. */
  private static TarArchiveEntry entry(String name, int permissions) {
    var entry = new TarArchiveEntry(name);
    entry.setMode(permissions);
    entry.setModTime(Instant.EPOCH.toEpochMilli());
    entry.setIds(0, 0);
    return entry;
  }

  @Override
  public void close() {
    hold.close();
  }
}
