package io.fairlead.runtime;

import io.fairlead.linux.Mounts.Mount;
import java.nio.file.Path;
import java.util.List;

/** How the machine's control groups are mounted. */
enum CgroupLayout {
  NONE("no cgroups"),
  V1("cgroup v1"),
  /** The v1 hierarchies, and v2 beside them. */
  HYBRID("cgroup v1 with v2 beside it (hybrid)"),
  V2("cgroup v2");

  private final String words;

  CgroupLayout(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  static CgroupLayout of(List<Mount> mounts) {
    boolean hasV1 = mounts.stream().anyMatch(mount -> mount.type().equals("cgroup"));
    boolean hasV2 = mounts.stream().anyMatch(mount -> mount.type().equals("cgroup2"));
    if (hasV1) {
      return hasV2 ? HYBRID : V1;
    }
    return hasV2 ? V2 : NONE;
  }

  /** Where the hierarchies are mounted. */
  static List<Path> hierarchies(List<Mount> mounts) {
    return mounts.stream()
        .filter(mount -> mount.type().equals("cgroup") || mount.type().equals("cgroup2"))
        .map(Mount::target)
        .toList();
  }

  /**
   * A container's group in every hierarchy. Directly under the top: a directory shared by engines
   * would be one more to make in each, and nobody's to remove.
   */
  static String path(String id) {
    return "/fairlead-" + id;
  }

  /**
   * The same in a group of the user's choice.
   *
   * @param parent empty: the top
   */
  static String path(String id, String parent) {
    Path directory = Path.of("/", parent).normalize();
    return directory.getNameCount() == 0 ? path(id) : directory + path(id);
  }

  /** On v1 Docker leaves the cgroup namespace the host's unless it is asked, and so do we. */
  boolean isNamespaceUsed(Isolation isolation) {
    return isolation.cgroup().isEmpty() ? this == V2 : isolation.cgroup().equals("private");
  }
}
