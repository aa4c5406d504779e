package io.fairlead.image;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.image.Layers.Unpacked;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ImageRow;
import io.fairlead.store.LayerRow;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The images under the data root. A layer or an image is there whole or not at all, also after a
 * crash.
 */
public final class Images {
  /** The image that is built in, made from the machine's static busybox on first use. */
  public static final String HELLO = "fairlead/hello:latest";

  private final Store store;
  private final Layers layers;
  private final HelloImage hello;
  private final Listener listener;
  private final Consumer<String> checkpoints;
  private final Removals removals;
  private final ReentrantLock makingHello = new ReentrantLock();

  private Images(Store store, Layers layers, Listener listener, Consumer<String> checkpoints) {
    this.store = store;
    this.layers = layers;
    this.listener = listener;
    this.checkpoints = checkpoints;
    this.removals = new Removals(store, layers, listener, checkpoints);
    this.hello = new HelloImage(HelloImage.BUSYBOX);
  }

  /** Is told what happens to images, once it is recorded. */
  public interface Listener {
    Listener NONE = (_, _, _, _) -> {};

    /**
     * @param action {@code import}, {@code load}, {@code tag}, {@code untag}, {@code delete}, ...
     * @param name the tag that it is about, else the id
     * @param labels none of an image that is gone
     */
    void happened(String imageId, String action, String name, Map<String, String> labels);
  }

  /**
   * Opens the images of a data root and removes what a crash left half made.
   *
   * @param checkpoints told each step, by name; for tests that end the process there
   */
  public static Images open(
      Store store, Path dataRoot, Listener listener, Consumer<String> checkpoints) {
    var images = new Images(store, Layers.open(store, dataRoot), listener, checkpoints);
    images.sweep();
    return images;
  }

  private void tell(Image image, String action, String name) {
    listener.happened(image.id(), action, name, image.config().labels());
  }

  /**
   * @param reference a tag ({@code :latest} is added), an id, or an unambiguous prefix of one
   * @throws NotFound {@code No such image: x:latest}
   * @throws InvalidRequest {@code invalid reference format}, or a prefix of several ids
   */
  public Image find(String reference) {
    return ConfigJson.image(store.read(records -> ImageLookup.row(records, reference)));
  }

  /** As {@link #find}, and makes the built-in image first if that is the one. */
  public Image findOrMake(String reference) {
    boolean isId = ImageLookup.isIdPrefix(reference);
    return !isId && Reference.parse(reference).tagged().toString().equals(HELLO)
        ? hello()
        : find(reference);
  }

  /** Newest first. */
  public List<Image> list() {
    return store.read(Records::images).stream()
        .sorted(Comparator.comparing(ImageRow::createdAt).reversed())
        .map(ConfigJson::image)
        .toList();
  }

  /**
   * Makes an image of one layer from a tar of a root file system (plain, gzip, bzip2, xz or zstd).
   *
   * @param reference the tag; empty: none
   * @param message empty: {@code Imported from -}
   * @param changes Dockerfile instructions: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME,
   *     WORKDIR, STOPSIGNAL
   * @throws InvalidRequest if the archive is broken or hostile; nothing is kept of it
   */
  public Image importRoot(
      InputStream tar, Optional<String> reference, String message, List<String> changes) {
    var tags = reference.map(Images::tag).stream().toList();
    ImageConfig config = Changes.apply(changes);
    String comment = message.isEmpty() ? "Imported from -" : message;
    Unpacked layer = layers.unpack(tar, true);
    try {
      var createdAt = Instant.now();
      String architecture = Platform.ofThisMachine().architecture();
      String json = ConfigJson.write(config, layer.diffId(), architecture, comment, createdAt);
      var draft = new Draft(json, createdAt, List.of(layer.diffId()), tags);
      var image = keep(List.of(draft), List.of(layer)).getFirst();
      tags.forEach(tag -> tell(image, "tag", tag));
      tell(image, "import", image.id());
      return image;
    } finally {
      layer.discard();
    }
  }

  /**
   * Loads every image of a docker-archive ({@code manifest.json}) or an OCI layout.
   *
   * @return the images, each with the tags that the archive gives it
   * @throws InvalidRequest if the archive is broken or hostile; nothing is kept of it
   */
  public List<Image> load(InputStream archive) {
    var unpacked = new LinkedHashMap<String, Unpacked>();
    try (var opened = ImageArchive.open(archive, layers)) {
      var drafts = new ArrayList<Draft>();
      for (var entry : opened.images()) {
        drafts.add(draft(opened, entry, unpacked));
      }
      var images = new ArrayList<Image>();
      for (var image : keep(drafts, List.copyOf(unpacked.values()))) {
        images.add(image.tagged(drafts.get(images.size()).tags()));
      }
      images.forEach(image -> tell(image, "load", image.id()));
      return List.copyOf(images);
    } finally {
      unpacked.values().forEach(Unpacked::discard);
    }
  }

  /** An image that is not kept yet. */
  private record Draft(String json, Instant createdAt, List<String> diffIds, List<String> tags) {}

  /**
   * @param unpacked layers of this archive by their diff ids; those that are not here yet are added
   */
  private Draft draft(
      ImageArchive archive, ImageArchive.Entry entry, Map<String, Unpacked> unpacked) {
    var root = ConfigJson.parse(entry.config(), "the image configuration " + entry.configName());
    var diffIds = ConfigJson.diffIds(root);
    archive.check(entry, root, diffIds);
    var tags = entry.tags().stream().map(Images::tag).distinct().toList();
    for (int i = 0; i < diffIds.size(); i++) {
      String diffId = diffIds.get(i);
      boolean isHere = store.read(records -> records.layer(diffId)).isPresent();
      if (!isHere && !unpacked.containsKey(diffId)) {
        unpacked.put(diffId, archive.unpack(entry, i, diffId));
      }
    }
    return new Draft(entry.config(), ConfigJson.createdAt(root), diffIds, tags);
  }

  /** What a container is made of, be it removed or not. */
  public Image ofContainer(String imageId) {
    return store
        .read(records -> records.image(imageId))
        .map(ConfigJson::image)
        .orElseThrow(() -> new NotFound("No such image: " + imageId));
  }

  /** How an image was made, first step first. */
  public List<HistoryStep> history(String reference) {
    return store.read(
        records ->
            ConfigJson.history(
                ImageLookup.row(records, reference), layer -> bytesOf(records, layer)));
  }

  /**
   * Gives an image one more tag, which any other image loses.
   *
   * @param tag {@code :latest} is added where it has none
   */
  public void tag(String reference, String tag) {
    String canonical = tag(tag);
    var image =
        store.write(
            records -> {
              ImageRow row = ImageLookup.row(records, reference);
              var tags = new ArrayList<>(row.tags());
              if (!tags.contains(canonical)) {
                tags.add(canonical);
              }
              var tagged =
                  new ImageRow(
                      row.id(),
                      row.config(),
                      row.layers(),
                      tags,
                      row.sizeBytes(),
                      row.createdAt(),
                      Instant.now(),
                      false);
              records.put(tagged);
              return ConfigJson.image(tagged);
            });
    tell(image, "tag", canonical);
  }

  /**
   * Begins to write images as an archive. They stay until it is closed.
   *
   * @param references tags, ids or their prefixes; a name without a tag means all its tags
   * @throws NotFound {@code No such image: x:latest}
   */
  public Saving save(List<String> references) {
    return Saving.begin(store, layers, removals, listener, references);
  }

  /**
   * Removes a tag; with the last one, the image and the layers that nobody else has.
   *
   * @param isRunning of a container that is made of it
   * @return what was done, in Docker's order
   * @throws io.fairlead.Conflict if containers or other tags use it, in Docker's words
   */
  public List<Removed> remove(String reference, boolean force, Predicate<ContainerRow> isRunning) {
    return removals.remove(reference, force, isRunning);
  }

  /** Removes the images that are wanted away and that no container is made of. */
  public Pruned prune(Predicate<Image> wanted) {
    return removals.prune(wanted);
  }

  /** By image id the content that other images have too. */
  public Map<String, Long> sharedBytes() {
    return store.read(
        records -> {
          var users = new HashMap<String, Integer>();
          var rows = records.images();
          rows.forEach(
              row -> Set.copyOf(row.layers()).forEach(id -> users.merge(id, 1, Integer::sum)));
          var shared = new HashMap<String, Long>();
          for (ImageRow row : rows) {
            long bytes = 0;
            for (String layer : row.layers()) {
              bytes += users.getOrDefault(layer, 0) > 1 ? bytesOf(records, layer) : 0;
            }
            shared.put(row.id(), bytes);
          }
          return Map.copyOf(shared);
        });
  }

  private static long bytesOf(Records records, String layer) {
    return records.layer(layer).map(LayerRow::sizeBytes).orElse(0L);
  }

  /** After containers were removed: removes what removed images still had for them. */
  public void sweep() {
    removals.sweep();
  }

  /** What a pruning did. */
  public record Pruned(List<Removed> removed, long reclaimedBytes) {}

  /** A container that is made of an image. */
  public record User(String containerId, boolean isRunning) {}

  /** One step of a removal. Exactly one of the two is given, as in Docker's answer. */
  public record Removed(Optional<String> untagged, Optional<String> deleted) {}

  /**
   * Makes the built-in image if it is not here in this version, and answers it.
   *
   * @throws EngineFault if there is no static busybox; names the package
   */
  public Image hello() {
    makingHello.lock();
    try {
      var present = store.read(records -> records.imageByTag(HELLO)).map(ConfigJson::image);
      if (present.isPresent() && hello.isCurrent(present.get())) {
        return present.get();
      }
      return importRoot(hello.archive(), Optional.of(HELLO), HelloImage.COMMENT, hello.changes());
    } finally {
      makingHello.unlock();
    }
  }

  private List<Image> keep(List<Draft> drafts, List<Unpacked> unpacked) {
    checkpoints.accept("image: unpacked");
    layers.sync();
    checkpoints.accept("image: on the disk");
    var rows =
        store.write(
            records -> {
              for (var layer : unpacked) {
                layers.keep(records, layer);
                checkpoints.accept("image: layer in its place");
              }
              return drafts.stream().map(draft -> keep(records, draft)).toList();
            });
    checkpoints.accept("image: recorded");
    return rows.stream().map(ConfigJson::image).toList();
  }

  private static ImageRow keep(Records records, Draft draft) {
    String id = Digests.of(draft.json().getBytes(StandardCharsets.UTF_8));
    var tags = new ArrayList<>(records.image(id).map(ImageRow::tags).orElse(List.of()));
    draft.tags().stream().filter(tag -> !tags.contains(tag)).forEach(tags::add);
    long size = 0;
    for (String diffId : draft.diffIds()) {
      size +=
          records
              .layer(diffId)
              .orElseThrow(
                  () -> new EngineFault("layer %s was removed meanwhile".formatted(diffId)))
              .sizeBytes();
    }
    var row =
        new ImageRow(
            id,
            draft.json(),
            draft.diffIds(),
            tags,
            size,
            draft.createdAt(),
            draft.tags().isEmpty()
                ? records.image(id).map(ImageRow::taggedAt).orElse(null)
                : Instant.now(),
            false);
    records.put(row);
    return row;
  }

  private static String tag(String reference) {
    var parsed = Reference.parse(reference);
    if (parsed.digest().isPresent()) {
      throw new InvalidRequest("refusing to create a tag with a digest reference");
    }
    return parsed.tagged().toString();
  }
}
