package io.fairlead.image;

import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import io.fairlead.archive.EntryPath;
import io.fairlead.archive.RealPath;
import io.fairlead.archive.RootTree;
import io.fairlead.linux.ByteString;
import io.fairlead.linux.Directory;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import io.fairlead.linux.MountNamespace;
import io.fairlead.linux.Mounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A container's files as it has them, its root with what is bound into it, whether it runs or not.
 * The mounts are in a namespace of their own, which goes with the view; a container's tmpfs is not
 * among them.
 */
public final class RootView implements AutoCloseable {

  /**
   * What is mounted in the root.
   *
   * @param source a file or a directory of the host, which is there
   * @param target an absolute path of the container; made where it is not there
   */
  public record Bound(Path source, String target, boolean isReadOnly) {}

  private final Directory root;
  private final @Nullable MountNamespace namespace;
  private final AtomicBoolean isRevoked = new AtomicBoolean();

  private RootView(Directory root, @Nullable MountNamespace namespace) {
    this.root = root;
    this.namespace = namespace;
  }

  /**
   * @param isReadOnly whether the root may not be written; what is bound may be all the same
   * @throws EngineFault if something cannot be bound; nothing is left then
   */
  static RootView open(Path path, List<Bound> mounts, boolean isReadOnly) {
    if (mounts.isEmpty() && !isReadOnly) {
      return new RootView(Directory.open(path), null);
    }
    var opened = new AtomicReference<@Nullable Directory>();
    try {
      var namespace =
          MountNamespace.open(
              "files of " + path.getFileName(),
              () -> {
                var root = Directory.open(path);
                opened.set(root);
                bindAll(root, mounts);
                if (isReadOnly) {
                  Mounts.makeReadOnly(path);
                }
              });
      return new RootView(Objects.requireNonNull(opened.get()), namespace);
    } catch (RuntimeException e) {
      try (var _ = opened.get()) {
        throw e instanceof KernelException
            ? new EngineFault("cannot open the container's files: " + e.getMessage(), e)
            : e;
      }
    }
  }

  private static void bindAll(Directory root, List<Bound> mounts) {
    var outerFirst = new ArrayList<>(mounts);
    // What is mounted in a directory must come after the directory itself.
    outerFirst.sort(Comparator.comparingInt(mount -> mount.target().split("/", -1).length));
    outerFirst.forEach(mount -> bind(root, mount));
  }

  private static void bind(Directory root, Bound mount) {
    EntryPath place = RealPath.of(root, ByteString.of(mount.target()));
    make(root, place, Files.isDirectory(mount.source()));
    try (var at = root.find(place.toString())) {
      var target = Path.of("/proc/self/fd/" + at.number());
      Mounts.mount(mount.source().toString(), target, "", Libc.MS_BIND | Libc.MS_REC, "");
    }
    if (mount.isReadOnly()) {
      try (var mounted = root.find(place.toString())) {
        Mounts.makeReadOnly(Path.of("/proc/self/fd/" + mounted.number()));
      }
    }
  }

  /** As the runtime does at the container's start. */
  private static void make(Directory root, EntryPath place, boolean isDirectory) {
    try (var tree = new RootTree(root, new EntryPath(List.of()), true);
        var above = place.isRoot() ? root.inside("") : parent(root, tree, place)) {
      if (place.isRoot() || above.kind(place.last()).isPresent()) {
        return;
      }
      if (isDirectory) {
        above.makeDirectory(place.last(), 0755);
      } else {
        above.makeFile(place.last()).close();
      }
      above.setPermissions(place.last(), 0755);
    }
  }

  private static Directory parent(Directory root, RootTree tree, EntryPath place) {
    if (!place.parent().isRoot()) {
      var _ = tree.directory(place.parent());
    }
    return root.inside(place.parent().toString());
  }

  /** Its root, which stays the view's. */
  public Directory root() {
    return root;
  }

  /** The container is removed: what is written from now on is lost, and in the way. */
  void revoke() {
    isRevoked.set(true);
  }

  /**
   * @throws Conflict if the container was removed
   */
  public void checkValid() {
    if (isRevoked.get()) {
      throw new Conflict("the container was removed meanwhile");
    }
  }

  @Override
  public void close() {
    try (root) {
      if (namespace != null) {
        namespace.close();
      }
    }
  }
}
