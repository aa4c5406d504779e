package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * What an overlay is made of. Paths are relative to {@code base}, and have none of overlayfs's
 * separators in them.
 *
 * @param lowers uppermost first
 * @param isVolatile nothing of it needs to outlive a crash of the machine: fsync(2) does nothing,
 *     and unmounting does not wait until all of the upper directory's file system is on the disk;
 *     since Linux 5.10
 */
public record Overlay(
    Path base, List<String> lowers, String upper, String work, boolean isVolatile) {
  // mount(2) copies one page of options, its closing NUL among them.
  private static final int MAX_OPTIONS_BYTES = 4095;
  private static final Pattern SEPARATORS = Pattern.compile("[,:\\\\]");

  /** Mounts it. */
  public void mount(Path target) {
    Path place = target.toAbsolutePath();
    String options = options(path -> base.resolve(path).toAbsolutePath().normalize().toString());
    boolean fits = options.getBytes(StandardCharsets.UTF_8).length <= MAX_OPTIONS_BYTES;
    if (fits && !SEPARATORS.matcher(base.toAbsolutePath().toString()).find()) {
      Mounts.mount("overlay", place, "overlay", 0, options);
    } else {
      mountFromBase(place);
    }
  }

  /** Relative paths are short and have no foreign characters: a thread stands in the base. */
  private void mountFromBase(Path place) {
    NetNamespace.onThread(
        "overlay mount",
        () -> {
          check(Libc.unshare(Libc.CLONE_FS), "unshare(CLONE_FS)", place.toString());
          check(Libc.chdir(base.toString()), "chdir", base.toString());
          Mounts.mount("overlay", place, "overlay", 0, options(UnaryOperator.identity()));
          return place;
        });
  }

  /**
   * index and metacopy would tie an upper directory to its lowers more closely than a copy of the
   * data root, or a later mount, may keep.
   */
  private String options(UnaryOperator<String> path) {
    return "lowerdir=%s,upperdir=%s,workdir=%s,index=off,metacopy=off%s"
        .formatted(
            String.join(":", lowers.stream().map(path).toList()),
            path.apply(upper),
            path.apply(work),
            isVolatile ? ",volatile" : "");
  }
}
