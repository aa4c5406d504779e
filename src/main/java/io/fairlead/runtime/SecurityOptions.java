package io.fairlead.runtime;

import io.fairlead.InvalidRequest;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code --security-opt} comes to.
 *
 * @param gainsNoPrivileges whether its processes can get no more than they start with, not even by
 *     a set-user-id program
 * @param isUnfiltered whether it may make every system call
 * @param profile a seccomp profile in place of the usual one
 */
record SecurityOptions(
    boolean gainsNoPrivileges, boolean isUnfiltered, Optional<JsonNode> profile) {

  /**
   * @throws InvalidRequest in Docker's words, or for a security module that is not used here
   */
  static SecurityOptions parse(List<String> options) {
    var result = new SecurityOptions(false, false, Optional.empty());
    for (String option : options) {
      result = result.with(option);
    }
    return result;
  }

  private SecurityOptions with(String option) {
    if (option.equals("no-new-privileges")) {
      return new SecurityOptions(true, isUnfiltered, profile);
    }
    // A colon is the older way to write it.
    String[] parts = option.split(option.contains("=") ? "=" : ":", 2);
    if (parts.length != 2) {
      throw new InvalidRequest("invalid --security-opt 1: \"%s\"".formatted(option));
    }
    String value = parts[1];
    return switch (parts[0]) {
      case "no-new-privileges" -> new SecurityOptions(truth(option, value), isUnfiltered, profile);
      case "seccomp" -> withSeccomp(value);
      case "apparmor" -> unlessAsked(option, value.equals("unconfined"), "AppArmor");
      case "label" -> unlessAsked(option, value.equals("disable"), "SELinux");
      default -> throw new InvalidRequest("invalid --security-opt 2: \"%s\"".formatted(option));
    };
  }

  private static boolean truth(String option, String value) {
    return switch (value) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw new InvalidRequest("invalid --security-opt 2: \"%s\"".formatted(option));
    };
  }

  private SecurityOptions withSeccomp(String value) {
    return switch (value) {
      case "unconfined" -> new SecurityOptions(gainsNoPrivileges, true, Optional.empty());
      case "builtin" -> new SecurityOptions(gainsNoPrivileges, false, Optional.empty());
      default -> new SecurityOptions(gainsNoPrivileges, false, Optional.of(profile(value)));
    };
  }

  private static JsonNode profile(String text) {
    JsonNode node;
    try {
      node = JsonMapper.shared().readTree(text);
    } catch (JacksonException e) {
      throw new InvalidRequest("Decoding seccomp profile failed: " + e.getOriginalMessage(), e);
    }
    if (!node.path("defaultAction").isString()) {
      throw new InvalidRequest(
          "Decoding seccomp profile failed: it is no JSON object with a defaultAction");
    }
    return node;
  }

  private SecurityOptions unlessAsked(String option, boolean asksForNothing, String module) {
    if (!asksForNothing) {
      throw new InvalidRequest(
          "--security-opt %s: %s is not used by this engine; leave it out"
              .formatted(option, module));
    }
    return this;
  }
}
