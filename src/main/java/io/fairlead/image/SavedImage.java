package io.fairlead.image;

import io.fairlead.EngineFault;
import io.fairlead.NotFound;
import io.fairlead.store.ImageRow;
import io.fairlead.store.LayerRow;
import io.fairlead.store.Records;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One image in an archive that is written, and the archive's tables of such.
 *
 * @param config as it is kept: the digest of its bytes is the image's id
 * @param manifest an OCI image manifest
 * @param layers lowest first
 */
record SavedImage(String config, String manifest, List<LayerRow> layers, List<String> tags) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String OCI = "application/vnd.oci.image.";
  private static final String LAYER = OCI + "layer.v1.tar";

  static final String LAYOUT = "{\"imageLayoutVersion\":\"1.0.0\"}";

  static SavedImage of(ImageRow row, List<String> tags, Map<String, LayerRow> layers) {
    ObjectNode manifest = JSON.createObjectNode();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", OCI + "manifest.v1+json");
    manifest.set(
        "config", descriptor(OCI + "config.v1+json", row.id(), bytes(row.config()).length));
    ArrayNode list = manifest.putArray("layers");
    var kept = new ArrayList<LayerRow>();
    for (String diffId : row.layers()) {
      LayerRow layer = layers.get(diffId);
      if (layer == null) {
        throw new EngineFault("layer %s is not here any more".formatted(diffId));
      }
      list.add(descriptor(LAYER, diffId, layer.tarBytes()));
      kept.add(layer);
    }
    return new SavedImage(row.config(), JSON.writeValueAsString(manifest), kept, tags);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectNode descriptor(String type, String digest, long sizeBytes) {
    ObjectNode node = JSON.createObjectNode();
    node.put("mediaType", type);
    node.put("digest", digest);
    node.put("size", sizeBytes);
    return node;
  }

  static String path(String digest) {
    return "blobs/sha256/" + Digests.hex(digest);
  }

  /**
   * The images that a reference means, each with the tags that shall go along: of an id none, of a
   * name without a tag all.
   */
  static Map<ImageRow, List<String>> select(Records records, String reference) {
    if (!ImageLookup.isIdPrefix(reference) || records.imageByTag(latest(reference)).isPresent()) {
      var parsed = Reference.parse(reference);
      if (parsed.tag().isEmpty() && parsed.digest().isEmpty()) {
        var all = withName(records, parsed.name());
        if (all.isEmpty()) {
          throw new NotFound("No such image: " + parsed.tagged());
        }
        return all;
      }
      return Map.of(ImageLookup.row(records, reference), List.of(parsed.tagged().toString()));
    }
    return Map.of(ImageLookup.row(records, reference), List.of());
  }

  private static String latest(String reference) {
    return reference + ":latest";
  }

  private static Map<ImageRow, List<String>> withName(Records records, String name) {
    var found = new LinkedHashMap<ImageRow, List<String>>();
    for (ImageRow row : records.images()) {
      var tags =
          row.tags().stream()
              .filter(tag -> tag.substring(0, tag.lastIndexOf(':')).equals(name))
              .toList();
      if (!tags.isEmpty()) {
        found.put(row, tags);
      }
    }
    return found;
  }

  /** {@code index.json}: each tag by itself, an image without one once. */
  static String index(List<SavedImage> images) {
    ObjectNode index = JSON.createObjectNode();
    index.put("schemaVersion", 2);
    index.put("mediaType", OCI + "index.v1+json");
    ArrayNode manifests = index.putArray("manifests");
    for (SavedImage image : images) {
      if (image.tags().isEmpty()) {
        manifests.add(image.descriptor());
      }
      for (String tag : image.tags()) {
        ObjectNode annotations = JSON.createObjectNode();
        annotations.put("io.containerd.image.name", fullName(tag));
        annotations.put(
            "org.opencontainers.image.ref.name", tag.substring(tag.lastIndexOf(':') + 1));
        ObjectNode descriptor = image.descriptor();
        descriptor.set("annotations", annotations);
        manifests.add(descriptor);
      }
    }
    return JSON.writeValueAsString(index);
  }

  private ObjectNode descriptor() {
    return descriptor(
        OCI + "manifest.v1+json", Digests.of(bytes(manifest)), bytes(manifest).length);
  }

  /** With what goes without saying: {@code docker.io/library/x:1}. */
  private static String fullName(String tag) {
    int slash = tag.indexOf('/');
    String first = slash < 0 ? "" : tag.substring(0, slash);
    boolean hasDomain = first.contains(".") || first.contains(":") || first.equals("localhost");
    return hasDomain ? tag : "docker.io/" + (slash < 0 ? "library/" : "") + tag;
  }

  /** {@code manifest.json}. */
  static String dockerManifest(List<SavedImage> images) {
    ArrayNode manifests = JSON.createArrayNode();
    for (SavedImage image : images) {
      ObjectNode node = manifests.addObject();
      node.put("Config", path(Digests.of(bytes(image.config()))));
      if (image.tags().isEmpty()) {
        node.putNull("RepoTags");
      } else {
        image.tags().forEach(node.putArray("RepoTags")::add);
      }
      ArrayNode layers = node.putArray("Layers");
      image.layers().forEach(layer -> layers.add(path(layer.diffId())));
    }
    return JSON.writeValueAsString(manifests);
  }

  /** {@code repositories}, which the oldest tools read: by name and tag the uppermost layer. */
  static String repositories(List<SavedImage> images) {
    ObjectNode repositories = JSON.createObjectNode();
    for (SavedImage image : images) {
      for (String tag : image.tags()) {
        int colon = tag.lastIndexOf(':');
        String top = image.layers().isEmpty() ? "" : Digests.hex(image.layers().getLast().diffId());
        repositories.withObjectProperty(tag.substring(0, colon)).put(tag.substring(colon + 1), top);
      }
    }
    return JSON.writeValueAsString(repositories);
  }
}
