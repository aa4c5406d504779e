package io.fairlead.api;

import io.fairlead.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Platforms as clients name them: {@code linux/amd64}, or since 1.48 a JSON object. */
final class Platforms {
  /** What the kernel calls a machine, and what images call it. */
  private static final Map<String, String> ALIASES =
      Map.of("x86_64", "amd64", "x86-64", "amd64", "aarch64", "arm64", "arm64/v8", "arm64");

  private Platforms() {}

  static boolean isOurs(String wanted, String architecture) {
    if (wanted.startsWith("{")) {
      JsonNode platform = Json.object(wanted.getBytes(StandardCharsets.UTF_8));
      return isOurs(
          platform.path("os").asString("") + "/" + platform.path("architecture").asString(""),
          architecture);
    }
    String[] parts = wanted.toLowerCase(Locale.ROOT).split("/", 2);
    if (parts[0].isEmpty()) {
      throw new InvalidRequest("invalid platform: " + wanted);
    }
    return parts[0].equals("linux")
        && (parts.length == 1 || canonical(parts[1]).equals(canonical(architecture)));
  }

  static String canonical(String architecture) {
    return ALIASES.getOrDefault(architecture, architecture);
  }
}
