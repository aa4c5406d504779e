package io.fairlead.runtime;

import io.fairlead.linux.Mounts;
import io.fairlead.linux.Spawn;
import java.nio.file.Path;
import java.util.List;

/**
 * The cgroup2 mounts of a hybrid machine, which crun must not see: 1.8 refuses a machine with both
 * versions, and runs where it sees v1 alone. It makes a directory in the empty place all the same,
 * so the place is a small file system of the spawn thread's own instead of the machine's.
 */
record HiddenCgroups(List<Path> places) {
  static final HiddenCgroups NONE = new HiddenCgroups(List.of());

  static HiddenCgroups of(List<Mounts.Mount> mounts) {
    if (CgroupLayout.of(mounts) != CgroupLayout.HYBRID) {
      return NONE;
    }
    return new HiddenCgroups(
        mounts.stream()
            .filter(mount -> mount.type().equals("cgroup2"))
            .map(Mounts.Mount::target)
            .toList());
  }

  /** To be called on the spawn thread, in its own mount namespace. */
  void hide() {
    for (Path place : places) {
      Mounts.unmount(place);
      Mounts.mount("fairlead", place, "tmpfs", 0, "mode=755,size=1m");
    }
  }

  /** Removes what crun left there for a container. */
  void remove(String cgroupPath, Spawn spawn) {
    if (!places.isEmpty()) {
      spawn.call(() -> places.forEach(place -> Bundle.removeTree(Path.of(place + cgroupPath))));
    }
  }
}
