package io.fairlead.image;

import io.fairlead.InvalidRequest;
import io.fairlead.store.ImageRow;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An image configuration as the OCI image specification writes it, to and from ours. */
final class ConfigJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ConfigJson() {}

  /**
   * @param what what is being read, for the message
   * @throws InvalidRequest if it is no JSON object
   */
  static JsonNode parse(String json, String what) {
    try {
      return JSON.readTree(json);
    } catch (JacksonException e) {
      throw new InvalidRequest("%s is not JSON: %s".formatted(what, e.getOriginalMessage()), e);
    }
  }

  static Image image(ImageRow row) {
    JsonNode root = JSON.readTree(row.config());
    return new Image(
        row.id(),
        row.tags(),
        config(root.path("config")),
        row.layers(),
        root.path("architecture").asString(""),
        root.path("os").asString(""),
        root.path("comment").asString(""),
        row.sizeBytes(),
        row.createdAt(),
        root.path("author").asString(""),
        Optional.ofNullable(row.taggedAt()));
  }

  /** When the image was made; the epoch where it does not say. */
  static Instant createdAt(JsonNode root) {
    try {
      return OffsetDateTime.parse(root.path("created").asString("")).toInstant();
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }

  /** How an image was made, first step first. A step without a layer has no size. */
  static List<HistoryStep> history(ImageRow row, Function<String, Long> layerBytes) {
    JsonNode root = JSON.readTree(row.config());
    var layers = new ArrayDeque<>(row.layers());
    var steps = new ArrayList<HistoryStep>();
    for (JsonNode step : root.path("history")) {
      boolean hasLayer = !step.path("empty_layer").asBoolean(false);
      String layer = hasLayer ? layers.poll() : null;
      steps.add(
          new HistoryStep(
              createdAt(step),
              step.path("created_by").asString(""),
              step.path("comment").asString(""),
              layer == null ? 0 : layerBytes.apply(layer)));
    }
    if (!layers.isEmpty()) {
      // Its maker did not say how; the layers are there all the same.
      long rest = layers.stream().mapToLong(layerBytes::apply).sum();
      steps.add(new HistoryStep(createdAt(root), "", root.path("comment").asString(""), rest));
    }
    return List.copyOf(steps);
  }

  static List<String> diffIds(JsonNode root) {
    return strings(root.path("rootfs").path("diff_ids"));
  }

  /** The configuration of an image of one layer that is made here. */
  static String write(
      ImageConfig config, String diffId, String architecture, String comment, Instant createdAt) {
    ObjectNode root = JSON.createObjectNode();
    root.put("architecture", architecture);
    root.put("comment", comment);
    root.set("config", write(config));
    root.put("created", createdAt.toString());
    root.putArray("history")
        .addObject()
        .put("created", createdAt.toString())
        .put("comment", comment);
    root.put("os", "linux");
    ObjectNode rootfs = root.putObject("rootfs");
    rootfs.put("type", "layers");
    rootfs.putArray("diff_ids").add(diffId);
    return JSON.writeValueAsString(root);
  }

  private static ObjectNode write(ImageConfig config) {
    ObjectNode node = JSON.createObjectNode();
    put(node, "User", config.user());
    put(node, "ExposedPorts", config.exposedPorts());
    put(node, "Env", config.environment());
    put(node, "Entrypoint", config.entrypoint());
    put(node, "Cmd", config.command());
    put(node, "Volumes", config.volumes());
    put(node, "WorkingDir", config.workingDirectory());
    if (!config.labels().isEmpty()) {
      ObjectNode labels = node.putObject("Labels");
      config.labels().forEach(labels::put);
    }
    put(node, "StopSignal", config.stopSignal());
    return node;
  }

  private static void put(ObjectNode node, String key, String value) {
    if (!value.isEmpty()) {
      node.put(key, value);
    }
  }

  private static void put(ObjectNode node, String key, List<String> values) {
    if (!values.isEmpty()) {
      values.forEach(node.putArray(key)::add);
    }
  }

  private static void put(ObjectNode node, String key, Set<String> keys) {
    if (!keys.isEmpty()) {
      ObjectNode set = node.putObject(key);
      keys.forEach(set::putObject);
    }
  }

  private static ImageConfig config(JsonNode node) {
    var labels = new LinkedHashMap<String, String>();
    node.path("Labels")
        .properties()
        .forEach(e -> labels.put(e.getKey(), e.getValue().asString("")));
    return new ImageConfig(
        node.path("User").asString(""),
        strings(node.path("Env")),
        strings(node.path("Entrypoint")),
        strings(node.path("Cmd")),
        node.path("WorkingDir").asString(""),
        keys(node.path("ExposedPorts")),
        keys(node.path("Volumes")),
        Map.copyOf(labels),
        node.path("StopSignal").asString(""));
  }

  /** The strings of an array; none where it is absent or null. */
  static List<String> strings(JsonNode array) {
    var strings = new ArrayList<String>();
    array.forEach(element -> strings.add(element.asString("")));
    return List.copyOf(strings);
  }

  private static Set<String> keys(JsonNode object) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(object.propertyNames()));
  }
}
