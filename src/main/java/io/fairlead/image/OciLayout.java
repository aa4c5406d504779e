package io.fairlead.image;

import io.fairlead.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** The images of an OCI layout: from its index by manifests to configurations, digests checked. */
final class OciLayout {
  private static final int MAX_DEPTH = 4;
  private static final int MAX_IMAGES = 1000;

  private final ImageArchive archive;
  private final Platform here = Platform.ofThisMachine();
  private final List<ImageArchive.Entry> entries = new ArrayList<>();
  private final Set<String> otherPlatforms = new TreeSet<>();

  private OciLayout(ImageArchive archive) {
    this.archive = archive;
  }

  /**
   * @throws InvalidRequest if none of the images is for this machine
   */
  static List<ImageArchive.Entry> images(ImageArchive archive, JsonNode index) {
    var layout = new OciLayout(archive);
    layout.readIndex(index, List.of(), 0);
    if (layout.entries.isEmpty()) {
      throw new InvalidRequest(
          layout.otherPlatforms.isEmpty()
              ? "index.json of the archive lists no images"
              : "no image of the archive is for %s; it has %s"
                  .formatted(layout.here, String.join(", ", layout.otherPlatforms)));
    }
    return List.copyOf(layout.entries);
  }

  private void readIndex(JsonNode index, List<String> tags, int depth) {
    if (depth > MAX_DEPTH) {
      throw new InvalidRequest("the indexes of the archive are nested too deeply");
    }
    for (JsonNode descriptor : index.path("manifests")) {
      var own = tags(descriptor.path("annotations"));
      var names = own.isEmpty() ? tags : own;
      if (!isForHere(descriptor.path("platform"))) {
        continue;
      }
      String digest = descriptor.path("digest").asString("");
      JsonNode manifest = ConfigJson.parse(blob(digest), "manifest " + digest);
      if (manifest.has("manifests")) {
        readIndex(manifest, names, depth + 1);
      } else if (manifest.has("config")) {
        readManifest(manifest, names);
      }
      if (entries.size() > MAX_IMAGES) {
        throw new InvalidRequest("the archive has more than %d images".formatted(MAX_IMAGES));
      }
    }
  }

  private void readManifest(JsonNode manifest, List<String> tags) {
    String digest = manifest.path("config").path("digest").asString("");
    String config = blob(digest);
    JsonNode root = ConfigJson.parse(config, "the image configuration " + digest);
    if (!isForHere(root)) {
      return;
    }
    var layers = new ArrayList<String>();
    manifest.path("layers").forEach(layer -> layers.add(path(layer.path("digest").asString(""))));
    entries.add(new ImageArchive.Entry(digest, config, layers, tags));
  }

  /** Whether an image is for this machine; where it does not say, it is. */
  private boolean isForHere(JsonNode platform) {
    var named =
        new Platform(
            platform.path("os").asString(here.os()),
            platform.path("architecture").asString(here.architecture()));
    if (named.equals(here)) {
      return true;
    }
    // buildx keeps its attestations as manifests of no platform.
    if (!named.os().equals("unknown")) {
      otherPlatforms.add(named.toString());
    }
    return false;
  }

  private static List<String> tags(JsonNode annotations) {
    String full = annotations.path("io.containerd.image.name").asString("");
    if (!full.isEmpty()) {
      return List.of(full);
    }
    // A tag alone ("latest") names no image.
    String name = annotations.path("org.opencontainers.image.ref.name").asString("");
    return name.contains(":") || name.contains("/") ? List.of(name) : List.of();
  }

  private String blob(String digest) {
    byte[] bytes =
        archive
            .bytes(path(digest))
            .orElseThrow(() -> new InvalidRequest("the archive lacks its blob " + digest));
    String is = Digests.of(bytes);
    if (!is.equals(digest)) {
      throw new InvalidRequest(
          "blob %s of the archive is broken: its digest is %s".formatted(digest, is));
    }
    return ImageArchive.text(bytes, digest);
  }

  private static String path(String digest) {
    if (!Digests.isDigest(digest)) {
      throw new InvalidRequest("\"%s\" in the archive is no sha256 digest".formatted(digest));
    }
    return "blobs/sha256/" + Digests.hex(digest);
  }
}
