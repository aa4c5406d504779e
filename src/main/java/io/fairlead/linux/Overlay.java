package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.nio.file.Path;
import java.util.List;

/**
 * What an overlay is made of. Paths are relative to {@code base}, or absolute; without commas and
 * colons, which are separators here.
 *
 * @param lowers uppermost first
 * @param isVolatile nothing of it needs to outlive a crash of the machine: fsync(2) does nothing,
 *     and unmounting does not wait until all of the upper directory's file system is on the disk;
 *     since Linux 5.10
 */
public record Overlay(
    Path base, List<String> lowers, String upper, String work, boolean isVolatile) {

  /**
   * Mounts it. mount(2) takes one page of options, too little for 127 absolute paths; so a thread
   * of its own does it, standing in {@code base}.
   *
   * <p>index and metacopy would tie an upper directory to its lowers more closely than a copy of
   * the data root, or a later mount, may keep.
   */
  public void mount(Path target) {
    String options =
        "lowerdir=%s,upperdir=%s,workdir=%s,index=off,metacopy=off%s"
            .formatted(String.join(":", lowers), upper, work, isVolatile ? ",volatile" : "");
    Path place = target.toAbsolutePath();
    NetNamespace.onThread(
        "overlay mount",
        () -> {
          check(Libc.unshare(Libc.CLONE_FS), "unshare(CLONE_FS)", place.toString());
          check(Libc.chdir(base.toString()), "chdir", base.toString());
          Mounts.mount("overlay", place, "overlay", 0, options);
          return place;
        });
  }
}
