package io.fairlead.image;

import io.fairlead.InvalidRequest;
import io.fairlead.archive.EntryPath;
import io.fairlead.archive.TarEntry;
import io.fairlead.archive.TarReader;
import io.fairlead.image.Layers.Unpacked;
import io.fairlead.linux.Trees;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * An archive of images on its way in: a docker-archive ({@code manifest.json}) or an OCI layout
 * ({@code index.json}), put on the disk first because its index may come last.
 */
final class ImageArchive implements AutoCloseable {
  private static final long MAX_JSON_BYTES = 8 << 20;
  private static final Set<TarEntry.Type> TAKEN =
      Set.of(
          TarEntry.Type.FILE,
          TarEntry.Type.DIRECTORY,
          TarEntry.Type.SYMLINK,
          TarEntry.Type.HARD_LINK);

  private final Path directory;
  private final LayerTree tree;
  private final Layers layers;

  private ImageArchive(Path directory, Layers layers) {
    this.directory = directory;
    this.tree = new LayerTree(directory, Marks.FILES);
    this.layers = layers;
  }

  /**
   * One image in the archive.
   *
   * @param config as it stands in the archive: the image's id is the digest of its bytes
   * @param layers where the layers' archives are in this one, lowest first
   */
  record Entry(String configName, String config, List<String> layers, List<String> tags) {}

  /**
   * Reads the whole archive.
   *
   * @throws InvalidRequest if it is broken or hostile; nothing is kept of it
   */
  static ImageArchive open(InputStream archive, Layers layers) {
    Path directory = layers.newScratch();
    try {
      var tar = new TarReader(Compression.unpack(archive), false);
      new Unpacker(tar, directory, Marks.FILES, Optional.empty()).taking(TAKEN).unpack();
      return new ImageArchive(directory, layers);
    } catch (IOException e) {
      Trees.delete(directory);
      throw new InvalidRequest("the archive is truncated or broken: " + Layers.reason(e), e);
    } catch (RuntimeException | Error e) {
      Trees.delete(directory);
      throw e;
    }
  }

  List<Entry> images() {
    var manifest = json("manifest.json");
    if (manifest.isPresent()) {
      return dockerImages(manifest.get());
    }
    var index = json("index.json");
    if (index.isPresent()) {
      return OciLayout.images(this, index.get());
    }
    throw new InvalidRequest(
        "this is no archive of images: it has neither manifest.json (docker save) nor index.json"
            + " (OCI layout); a root file system is for import");
  }

  /**
   * @throws InvalidRequest if the configuration is not of an image that can run here
   */
  void check(Entry entry, JsonNode root, List<String> diffIds) {
    String os = root.path("os").asString("");
    if (!os.isEmpty() && !os.equals("linux")) {
      throw new InvalidRequest("cannot load %s image on linux".formatted(os));
    }
    if (!root.isObject() || !root.path("rootfs").isObject()) {
      throw new InvalidRequest(
          "invalid image configuration %s: it has no rootfs".formatted(entry.configName()));
    }
    if (diffIds.size() != entry.layers().size()) {
      throw new InvalidRequest(
          "invalid manifest, layers length mismatch: expected %d, got %d"
              .formatted(entry.layers().size(), diffIds.size()));
    }
    for (String diffId : diffIds) {
      if (!Digests.isDigest(diffId)) {
        throw new InvalidRequest(
            "invalid image configuration %s: \"%s\" is no diff id"
                .formatted(entry.configName(), diffId));
      }
    }
  }

  /** Unpacks a layer, and compares it with what the configuration says it is. */
  Unpacked unpack(Entry entry, int place, String diffId) {
    String name = entry.layers().get(place);
    try (var in = open(name)) {
      var layer = layers.unpack(in, false);
      if (!layer.diffId().equals(diffId)) {
        layer.discard();
        throw new InvalidRequest(
            "invalid diffID for layer %d: expected \"%s\", got \"%s\""
                .formatted(place, diffId, layer.diffId()));
      }
      return layer;
    } catch (IOException e) {
      throw new InvalidRequest(
          "layer %s of the archive cannot be read: %s".formatted(name, Layers.reason(e)), e);
    }
  }

  Optional<JsonNode> json(String name) {
    return bytes(name).map(bytes -> ConfigJson.parse(text(bytes, name), name));
  }

  /** The content of a small file; empty if there is none. */
  Optional<byte[]> bytes(String name) {
    var file = tree.read(EntryPath.parse(name));
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try (var fd = file.get();
        var in = new FileInputStream("/proc/self/fd/" + fd.number())) {
      byte[] bytes = in.readNBytes((int) MAX_JSON_BYTES + 1);
      if (bytes.length > MAX_JSON_BYTES) {
        throw new InvalidRequest("%s of the archive is larger than 8 MiB".formatted(name));
      }
      return Optional.of(bytes);
    } catch (IOException e) {
      throw new InvalidRequest(
          "%s of the archive cannot be read: %s".formatted(name, Layers.reason(e)), e);
    }
  }

  /**
   * @throws InvalidRequest if the bytes are not UTF-8, and could not be written again as they were
   */
  static String text(byte[] bytes, String name) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
      throw new InvalidRequest("%s of the archive is not UTF-8".formatted(name));
    }
    return text;
  }

  private InputStream open(String name) throws IOException {
    var file =
        tree.read(EntryPath.parse(name))
            .orElseThrow(() -> new InvalidRequest("the archive lacks its layer " + name));
    try (file) {
      return new BufferedInputStream(new FileInputStream("/proc/self/fd/" + file.number()));
    }
  }

  private List<Entry> dockerImages(JsonNode manifest) {
    if (!manifest.isArray() || manifest.isEmpty()) {
      throw new InvalidRequest("manifest.json of the archive lists no images");
    }
    var entries = new ArrayList<Entry>();
    for (JsonNode image : manifest) {
      String name = image.path("Config").asString("");
      var config = name.isEmpty() ? Optional.<byte[]>empty() : bytes(name);
      if (config.isEmpty()) {
        throw new InvalidRequest(
            "the archive lacks the image configuration \"%s\"".formatted(name));
      }
      entries.add(
          new Entry(
              name,
              text(config.get(), name),
              ConfigJson.strings(image.path("Layers")),
              ConfigJson.strings(image.path("RepoTags"))));
    }
    return entries;
  }

  @Override
  public void close() {
    tree.close();
    Trees.delete(directory);
  }
}
