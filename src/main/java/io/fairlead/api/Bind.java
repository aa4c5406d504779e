package io.fairlead.api;

import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import java.nio.file.Path;
import java.util.Set;

/**
 * A bind mount as {@code -v} writes it: {@code source:target[:options]}.
 *
 * @param source absolute, normal
 * @param target absolute, normal, not the root
 */
record Bind(Path source, Path target, boolean isReadOnly) {
  /**
   * Options that ask for nothing here: what a mount is anyway, labels of SELinux (which has no say
   * on these machines), and hints for Docker Desktop.
   */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of("rw", "z", "Z", "rprivate", "nocopy", "consistent", "cached", "delegated");

  private static final Set<String> PROPAGATION =
      Set.of("shared", "rshared", "slave", "rslave", "private");

  static Bind parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
      throw new InvalidRequest(
          "invalid volume specification: '%s': expected SOURCE:TARGET[:OPTIONS]".formatted(text));
    }
    if (!parts[0].startsWith("/")) {
      throw new NotBuilt(
          "not built in this version: named volumes ('%s' in '%s'); bind an absolute path"
              .formatted(parts[0], text));
    }
    Path target = path(parts[1], text);
    if (!parts[1].startsWith("/") || target.getNameCount() == 0) {
      throw new InvalidRequest(
          "invalid volume specification: '%s': the target has to be an absolute path other than /"
              .formatted(text));
    }
    return new Bind(path(parts[0], text), target, parts.length == 3 && isReadOnly(parts[2], text));
  }

  private static Path path(String text, String bind) {
    if (text.indexOf('\0') >= 0) {
      throw new InvalidRequest("invalid volume specification: '%s'".formatted(bind));
    }
    return Path.of(text).normalize();
  }

  private static boolean isReadOnly(String options, String bind) {
    boolean isReadOnly = false;
    for (String option : options.split(",", -1)) {
      if (option.equals("ro")) {
        isReadOnly = true;
      } else if (PROPAGATION.contains(option)) {
        throw new NotBuilt(
            "not built in this version: the mount option %s in '%s'".formatted(option, bind));
      } else if (!WITHOUT_EFFECT.contains(option)) {
        throw new InvalidRequest(
            "invalid volume specification: '%s': invalid mode: %s".formatted(bind, options));
      }
    }
    return isReadOnly;
  }

  @Override
  public String toString() {
    return source + ":" + target + (isReadOnly ? ":ro" : "");
  }
}
