package io.fairlead.runtime;

import io.fairlead.Conflict;
import io.fairlead.linux.Mounts;
import io.fairlead.linux.Pidfd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * What of the host's and of other containers' a container gets to use: namespaces by their files in
 * /proc, and the directory behind a /dev/shm that is not its own.
 *
 * @param ipc another container's namespace
 * @param pid likewise
 */
record Joins(Optional<Path> ipc, Optional<Path> pid, Optional<Path> shm, Optional<Path> init) {
  static final Joins NONE =
      new Joins(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  private static final String CONTAINER = "container:";

  /**
   * @param bundles by container id
   * @throws Conflict if a container that is to be joined does not run
   */
  static Joins of(ProcessSpec spec, Function<String, Bundle> bundles) {
    var isolation = spec.isolation();
    return new Joins(
        joined(isolation.ipc()).map(id -> namespace(bundles.apply(id), "ipc")),
        joined(isolation.pid()).map(id -> namespace(bundles.apply(id), "pid")),
        switch (isolation.ipc()) {
          case "host" -> Optional.of(Path.of("/dev/shm"));
          case "shareable" -> Optional.of(bundles.apply(spec.id()).shm());
          default -> joined(isolation.ipc()).map(id -> bundles.apply(id).shm());
        },
        isolation.hasInit() && isolation.pid().isEmpty() ? InitProgram.find() : Optional.empty());
  }

  /** The id in {@code container:ID}. */
  static Optional<String> joined(String mode) {
    return mode.startsWith(CONTAINER)
        ? Optional.of(mode.substring(CONTAINER.length()))
        : Optional.empty();
  }

  private static Path namespace(Bundle bundle, String kind) {
    Optional<Pidfd> init = bundle.init();
    init.ifPresent(Pidfd::close);
    return init.map(process -> Path.of("/proc/%d/ns/%s".formatted(process.pid(), kind)))
        .orElseThrow(
            () ->
                new Conflict(
                    "cannot join %s of a non running container: %s"
                        .formatted(kind.toUpperCase(Locale.ROOT), bundle.id())));
  }

  /** Makes the /dev/shm that a container lends to others; it goes with the bundle. */
  static void lendShm(ProcessSpec spec, Bundle bundle) {
    if (!spec.isolation().ipc().equals("shareable")) {
      return;
    }
    try {
      Files.createDirectory(bundle.shm());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Mounts.mount(
        "shm", bundle.shm(), "tmpfs", 0, "mode=1777,size=" + OciMounts.shmBytes(spec.isolation()));
  }
}
