package io.fairlead.image;

import io.fairlead.EngineFault;
import io.fairlead.linux.Directory;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Trees;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Puts a layer over a directory the way overlayfs shows it, by copying. */
final class LayerCopy {
  private LayerCopy() {}

  /**
   * Copies a layer onto what the layers below it made.
   *
   * @throws EngineFault with cp's own words if a file cannot be copied
   */
  static void onto(Path target, Path layer) throws IOException {
    var visit = new Visit(target, layer);
    Files.walkFileTree(layer, visit);
    // --reflink shares the blocks where the file system can.
    run("cp", "-a", "--reflink=auto", "--no-target-directory", layer.toString(), target.toString());
    for (Path mark : visit.marks) {
      Files.delete(mark);
    }
  }

  /** Clears the way: what the layer deletes, hides, or has as something else. */
  private static final class Visit extends SimpleFileVisitor<Path> {
    private final Path target;
    private final Path layer;
    private final List<Path> marks = new ArrayList<>();

    Visit(Path target, Path layer) {
      this.target = target;
      this.layer = layer;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      Path below = below(directory);
      if (isOpaque(directory) || !Files.isDirectory(below, LinkOption.NOFOLLOW_LINKS)) {
        Trees.delete(below);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Path below = below(file);
      Trees.delete(below);
      String name = String.valueOf(file.getFileName());
      if (name.equals(Marks.OPAQUE_FILE)) {
        marks.add(below);
        Path directory = Objects.requireNonNull(below.getParent());
        if (Files.isDirectory(directory)) {
          Trees.empty(directory);
        }
      } else if (name.startsWith(Marks.WHITEOUT)) {
        marks.add(below);
        Trees.delete(deletedBy(below));
      } else if (attributes.isOther() && isWhiteout(file)) {
        marks.add(below);
      }
      return FileVisitResult.CONTINUE;
    }

    /** By way of its URI, which has the bytes of names that are no UTF-8. */
    private static Path deletedBy(Path mark) {
      String uri = mark.toUri().toString();
      int name = uri.lastIndexOf('/') + 1;
      return Path.of(
          URI.create(uri.substring(0, name) + uri.substring(name + Marks.WHITEOUT.length())));
    }

    private Path below(Path path) {
      return target.resolve(layer.relativize(path));
    }
  }

  private static boolean isWhiteout(Path file) throws IOException {
    var attributes = Files.readAttributes(file, "unix:mode,rdev", LinkOption.NOFOLLOW_LINKS);
    boolean isCharacterDevice =
        attributes.get("mode") instanceof Integer mode && (mode & Libc.S_IFMT) == Libc.S_IFCHR;
    return isCharacterDevice && attributes.get("rdev") instanceof Long device && device == 0;
  }

  private static boolean isOpaque(Path directory) {
    return Directory.attribute(directory, Marks.OPAQUE).isPresent();
  }

  private static void run(String... command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    byte[] output = process.getInputStream().readNBytes(1 << 16);
    process.getInputStream().transferTo(OutputStream.nullOutputStream());
    try {
      if (process.waitFor() != 0) {
        throw new EngineFault(
            "cannot copy a layer: " + new String(output, StandardCharsets.UTF_8).strip());
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new EngineFault("interrupted while copying a layer", e);
    }
  }
}
