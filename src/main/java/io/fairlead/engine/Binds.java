package io.fairlead.engine;

import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import io.fairlead.runtime.ProcessSpec.BindMount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Reads {@code source:target[:options]}, as {@code -v} has it. */
final class Binds {
  private Binds() {}

  /**
   * @throws InvalidRequest in Docker's words
   * @throws NotBuilt for named volumes, and for options that this version does not have
   */
  static List<BindMount> parse(List<String> binds) {
    var mounts = new ArrayList<BindMount>();
    var targets = new HashSet<String>();
    for (var bind : binds) {
      BindMount mount = parse(bind);
      if (!targets.add(mount.target())) {
        throw new InvalidRequest("Duplicate mount point: " + mount.target());
      }
      mounts.add(mount);
    }
    return mounts;
  }

  private static BindMount parse(String bind) {
    String[] parts = bind.split(":", -1);
    if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
      throw new InvalidRequest("invalid volume specification: '" + bind + "'");
    }
    if (!parts[0].startsWith("/")) {
      throw new NotBuilt(
          "volume \"%s\": named volumes are not built yet; give an absolute path of the host"
              .formatted(parts[0]));
    }
    if (!parts[1].startsWith("/")) {
      throw new InvalidRequest(
          "invalid volume specification: '%s': invalid mount path: '%s' mount path must be absolute"
              .formatted(bind, parts[1]));
    }
    Path target = Path.of(parts[1]).normalize();
    if (target.getNameCount() == 0) {
      throw new InvalidRequest(
          "invalid volume specification: '%s': destination can't be '/'".formatted(bind));
    }
    boolean isReadOnly = parts.length == 3 && isReadOnly(bind, parts[2]);
    return new BindMount(Path.of(parts[0]).normalize(), target.toString(), isReadOnly);
  }

  private static boolean isReadOnly(String bind, String options) {
    boolean isReadOnly = false;
    for (var option : options.split(",", -1)) {
      switch (option) {
        case "ro" -> isReadOnly = true;
        // What every bind mount here is anyway.
        case "rw", "rprivate" -> {}
        case "z",
            "Z",
            "nocopy",
            "private",
            "shared",
            "rshared",
            "slave",
            "rslave",
            "consistent",
            "cached",
            "delegated" ->
            throw new NotBuilt(
                "volume '%s': option %s is not built yet; leave it out".formatted(bind, option));
        default -> throw new InvalidRequest("invalid mode: " + options);
      }
    }
    return isReadOnly;
  }
}
