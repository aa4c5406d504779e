package io.fairlead.engine;

import io.fairlead.runtime.ProcessSpec.BindMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is bound into a container: what its create asked for, and three files of its network. */
final class ContainerMounts {
  private ContainerMounts() {}

  /** A user's own mount over one of the three files replaces ours. */
  static List<BindMount> of(Kept kept, ContainerFolder folder) {
    var mounts = new ArrayList<>(Binds.parse(kept.spec().binds()));
    mounts.forEach(mount -> makeSource(mount.source()));
    var ours =
        List.of(
            new BindMount(folder.resolvConf(), "/etc/resolv.conf", false),
            new BindMount(folder.hostname(), "/etc/hostname", false),
            new BindMount(folder.hosts(), "/etc/hosts", false));
    for (var mount : ours) {
      if (mounts.stream().noneMatch(m -> m.target().equals(mount.target()))) {
        mounts.add(mount);
      }
    }
    return mounts;
  }

  /** Docker's API makes a missing source a folder. */
  private static void makeSource(Path source) {
    try {
      if (!Files.exists(source)) {
        Files.createDirectories(source);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the bind source " + source, e);
    }
  }
}
