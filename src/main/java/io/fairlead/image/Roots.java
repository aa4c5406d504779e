package io.fairlead.image;

import io.fairlead.EngineFault;
import io.fairlead.linux.Directory;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Mounts;
import io.fairlead.linux.Overlay;
import io.fairlead.linux.Trees;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Containers' root file systems: an overlay of the image's layers, or a copy of them where the data
 * root's file system refuses to hold an overlay's upper directory.
 *
 * <p>What a container wrote is under the data root, in a directory of its id; the root itself
 * appears under the exec root, which is shared with the mount namespace of the runtime.
 */
public final class Roots {
  /** Docker's bound, too; overlayfs itself takes 500, but mount(2) takes one page of options. */
  private static final int MAX_LAYERS = 127;

  private static final String EMPTY = ".empty";

  private final Store store;
  private final Path layers;
  private final Path written;
  private final Path mounted;
  private final String reason;
  private final Map<String, Set<RootView>> views = new ConcurrentHashMap<>();
  private boolean canBeVolatile = true;

  private Roots(Store store, Path layers, Path written, Path mounted) {
    this.store = store;
    this.layers = layers;
    this.written = written;
    this.mounted = mounted;
    this.reason = probe();
  }

  /**
   * Probes once whether the data root can hold an upper directory.
   *
   * @param execRoot a shared mount already; the roots are mounted below it
   */
  public static Roots open(Store store, Path dataRoot, Path execRoot) {
    Path layers = Layers.directory(dataRoot);
    Path written = dataRoot.resolve("roots");
    Path mounted = execRoot.resolve("roots");
    try {
      Files.createDirectories(layers);
      for (Path directory : List.of(written, mounted)) {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      }
      Files.createDirectories(written.resolve(EMPTY));
    } catch (IOException e) {
      throw new EngineFault("cannot open the roots in %s: %s".formatted(written, e), e);
    }
    return new Roots(store, layers, written, mounted);
  }

  /** {@code overlay2}, or {@code vfs} where layers are copied. */
  public String driver() {
    return reason.isEmpty() ? "overlay2" : "vfs";
  }

  /** Why copies are used, else empty. */
  public String reason() {
    return reason;
  }

  /**
   * Mounts the container's root, making its upper directory on first use. May be repeated.
   *
   * @param isDisposable whether the root goes with the container's end: such a one needs not be on
   *     the disk ever, and unmounting it is 20 times faster
   * @throws EngineFault if it cannot be mounted; nothing is mounted then
   */
  public Path mount(String containerId, Image image, boolean isDisposable) {
    Path root = mounted.resolve(containerId);
    if (Mounts.isMounted(root)) {
      return root;
    }
    var directories = directories(image);
    try {
      Files.createDirectories(root);
      if (reason.isEmpty()) {
        overlay(directories, written.resolve(containerId), root, isDisposable && canBeVolatile);
      } else {
        Mounts.bind(copied(directories, written.resolve(containerId)), root);
      }
      return root;
    } catch (IOException | UncheckedIOException | KernelException e) {
      unmount(containerId);
      throw new EngineFault(
          "cannot make the root of container %s: %s"
              .formatted(Digests.brief(containerId), e.getMessage()),
          e);
    }
  }

  /**
   * Opens a view of a container's files, with its root mounted for as long as there is one. What of
   * it is closed is to be told by {@link #leave}.
   *
   * @param mounts what is bound into the root
   * @param isReadOnly whether the root itself may not be written
   */
  public RootView view(
      String containerId, Image image, List<RootView.Bound> mounts, boolean isReadOnly) {
    var view = RootView.open(mount(containerId, image, false), mounts, isReadOnly);
    views.computeIfAbsent(containerId, _ -> ConcurrentHashMap.newKeySet()).add(view);
    return view;
  }

  /** A view has been closed. Where it was the last, unmounting works again. */
  public void leave(String containerId, RootView view) {
    views.computeIfPresent(
        containerId,
        (_, all) -> {
          all.remove(view);
          return all.isEmpty() ? null : all;
        });
  }

  /**
   * Unmounts, unless somebody has a view of it open; what the container wrote is kept. May be
   * repeated.
   */
  public void unmount(String containerId) {
    if (!views.containsKey(containerId)) {
      detach(containerId);
    }
  }

  private void detach(String containerId) {
    Path root = mounted.resolve(containerId);
    Mounts.unmount(root);
    try {
      Files.deleteIfExists(root);
    } catch (IOException e) {
      throw new EngineFault("cannot remove the mount point %s: %s".formatted(root, e), e);
    }
  }

  /** Unmounts and removes what the container wrote, whoever views it. May be repeated. */
  public void remove(String containerId) {
    Optional.ofNullable(views.get(containerId)).ifPresent(all -> all.forEach(RootView::revoke));
    detach(containerId);
    Trees.delete(written.resolve(containerId));
  }

  /** What a container has written over its image's files, in bytes of content. */
  public long writtenBytes(String containerId) {
    Path upper = written.resolve(containerId).resolve("upper");
    if (!Files.exists(upper)) {
      return 0;
    }
    var sum = new AtomicLong();
    try {
      Files.walkFileTree(
          upper,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sum.addAndGet(attributes.isRegularFile() ? attributes.size() : 0);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE; // the container may be at work
            }
          });
      return sum.get();
    } catch (IOException e) {
      throw new EngineFault("cannot read what %s wrote: %s".formatted(containerId, e), e);
    }
  }

  /** What a container's files differ in from its image's. */
  public List<FileChange> changes(String containerId, Image image) {
    boolean isCopy = !reason.isEmpty();
    Path own = written.resolve(containerId).resolve(isCopy ? "copy" : "upper");
    if (!Files.exists(own)) {
      return List.of();
    }
    var upperFirst = directories(image).reversed().stream().map(layers::resolve).toList();
    try (var below = new Below(upperFirst);
        var directory = Directory.open(own)) {
      return new Differences(below, isCopy).of(directory);
    }
  }

  /** Unmounts and removes what belongs to no container of these. */
  public void sweep(Set<String> containers, Set<String> running) {
    for (String id : names(mounted)) {
      if (!running.contains(id)) {
        detach(id);
      }
    }
    for (String id : names(written)) {
      if (!containers.contains(id) && !id.equals(EMPTY)) {
        remove(id);
      }
    }
  }

  private static List<String> names(Path directory) {
    try (var entries = Files.list(directory)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
    } catch (IOException e) {
      throw new EngineFault("cannot list %s: %s".formatted(directory, e), e);
    }
  }

  /** The image's layer directories, lowest first. */
  private List<String> directories(Image image) {
    // Overlayfs refuses a layer twice; the uppermost says the last word wherever it says one.
    var upperFirst = new LinkedHashSet<>(image.layers().reversed());
    if (upperFirst.size() > MAX_LAYERS) {
      throw new EngineFault(
          "max depth exceeded: image %s has %d layers, and a root is made of at most %d"
              .formatted(Digests.brief(image.id()), upperFirst.size(), MAX_LAYERS));
    }
    return store.read(
        records -> upperFirst.reversed().stream().map(id -> directory(records, id)).toList());
  }

  private static String directory(Records records, String diffId) {
    return records
        .layer(diffId)
        .orElseThrow(() -> new EngineFault("layer %s is not here any more".formatted(diffId)))
        .directory();
  }

  private void overlay(List<String> lowestFirst, Path container, Path root, boolean isVolatile)
      throws IOException {
    Path upper = container.resolve("upper");
    Path work = container.resolve("work");
    if (!Files.exists(upper)) {
      if (!Files.exists(work)) {
        Files.createDirectories(container);
        Files.createDirectory(work);
      }
      Files.createDirectory(upper);
      // The upper directory's own permissions are those of the container's "/".
      Files.setPosixFilePermissions(upper, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    if (Files.exists(work.resolve("work/incompat"))) {
      // The mark of a volatile mount, which overlayfs leaves for whoever must know.
      Trees.delete(work);
      Files.createDirectory(work);
    }
    var lowers = new ArrayList<>(lowestFirst.reversed());
    if (lowers.isEmpty()) {
      lowers.add("../../roots/" + EMPTY);
    }
    String place = "../../roots/" + container.getFileName();
    new Overlay(layers, lowers, place + "/upper", place + "/work", isVolatile).mount(root);
  }

  private Path copied(List<String> lowestFirst, Path container) throws IOException {
    Path copy = container.resolve("copy");
    if (Files.exists(copy)) {
      return copy;
    }
    Path unfinished = container.resolve("unfinished");
    Trees.delete(unfinished);
    Files.createDirectories(unfinished);
    for (String layer : lowestFirst) {
      LayerCopy.onto(unfinished, layers.resolve(layer));
    }
    return Files.move(unfinished, copy);
  }

  /** Mounts an overlay as a container's is, and answers why it cannot be, else nothing. */
  private String probe() {
    String refusal = probe(true);
    if (refusal.isEmpty()) {
      return "";
    }
    canBeVolatile = false; // before Linux 5.10
    return probe(false);
  }

  private String probe(boolean isVolatile) {
    String id = ".probe";
    Path root = mounted.resolve(id);
    try {
      Trees.delete(written.resolve(id));
      Files.createDirectories(root);
      overlay(List.of(), written.resolve(id), root, isVolatile);
      try (var directory = Directory.open(root)) {
        directory.makeFile("file").close();
      }
      return "";
    } catch (IOException | KernelException e) {
      return "overlayfs cannot write to %s: %s".formatted(written, e.getMessage());
    } finally {
      remove(id);
    }
  }
}
