package io.fairlead.image;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.image.Layers.Unpacked;
import io.fairlead.linux.Trees;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * The images under the data root. A layer or an image is there whole or not at all, also after a
 * crash.
 */
public final class Images {
  /** The image that is built in, made from the machine's static busybox on first use. */
  public static final String HELLO = "fairlead/hello:latest";

  private static final Pattern ID_PREFIX = Pattern.compile("(sha256:)?[0-9a-f]{1,64}");

  private final Store store;
  private final Layers layers;
  private final HelloImage hello;
  private final Listener listener;
  private final ReentrantLock makingHello = new ReentrantLock();

  private Images(Store store, Layers layers, Listener listener) {
    this.store = store;
    this.layers = layers;
    this.listener = listener;
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

  /** Opens the images of a data root and removes what a crash left half made. */
  public static Images open(Store store, Path dataRoot, Listener listener) {
    return new Images(store, Layers.open(store, dataRoot), listener);
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
    return ConfigJson.image(store.read(records -> row(records, reference)));
  }

  /** As {@link #find}, and makes the built-in image first if that is the one. */
  public Image findOrMake(String reference) {
    boolean isId = ID_PREFIX.matcher(reference).matches();
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
      Trees.delete(layer.directory());
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
      unpacked.values().forEach(layer -> Trees.delete(layer.directory()));
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

  /**
   * Removes a tag; with the last one, the image and the layers that nobody else has.
   *
   * @param users the containers that are made of images, by the image's id
   * @return what was done, in Docker's order
   * @throws io.fairlead.Conflict if containers or other tags use it, in Docker's words
   */
  public List<Removed> remove(String reference, boolean force, Map<String, List<User>> users) {
    var removal =
        store.write(
            records -> {
              ImageRow row = row(records, reference);
              return ImageRemoval.apply(
                  records, row, reference, force, users.getOrDefault(row.id(), List.of()));
            });
    for (LayerRow layer : removal.layers()) {
      store.write(records -> layers.takeAway(records, layer)).ifPresent(Trees::delete);
    }
    for (var step : removal.steps()) {
      step.untagged().ifPresent(_ -> tellGone(removal.imageId(), "untag"));
      step.deleted()
          .filter(removal.imageId()::equals)
          .ifPresent(_ -> tellGone(removal.imageId(), "delete"));
    }
    return removal.steps();
  }

  private void tellGone(String imageId, String action) {
    listener.happened(imageId, action, imageId, Map.of());
  }

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
    layers.sync();
    var rows =
        store.write(
            records -> {
              unpacked.forEach(layer -> layers.keep(records, layer));
              return drafts.stream().map(draft -> keep(records, draft)).toList();
            });
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
    var row = new ImageRow(id, draft.json(), draft.diffIds(), tags, size, draft.createdAt());
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

  private static ImageRow row(Records records, String reference) {
    boolean isIdPrefix = ID_PREFIX.matcher(reference).matches();
    String hex = reference.startsWith(Digests.PREFIX) ? Digests.hex(reference) : reference;
    if (isIdPrefix && hex.length() == 64) {
      return records.image(Digests.PREFIX + hex).orElseThrow(() -> absent(Digests.PREFIX + hex));
    }
    boolean isDigest = reference.startsWith(Digests.PREFIX);
    if (!(isDigest && isIdPrefix)) {
      var tagged = records.imageByTag(Reference.parse(reference).tagged().toString());
      if (tagged.isPresent()) {
        return tagged.get();
      }
    }
    var found = isIdPrefix ? records.imagesByIdPrefix(hex) : List.<ImageRow>of();
    if (found.size() > 1) {
      throw new InvalidRequest(
          "ambiguous reference: \"%s\" begins the ids of several images; give more digits"
              .formatted(reference));
    }
    if (found.isEmpty()) {
      throw absent(isDigest ? reference : Reference.parse(reference).tagged().toString());
    }
    return found.getFirst();
  }

  private static NotFound absent(String shown) {
    return new NotFound("No such image: " + shown);
  }
}
