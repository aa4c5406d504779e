package io.fairlead.image;

import io.fairlead.EngineFault;
import io.fairlead.linux.Directory;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Trees;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

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
    for (Path whiteout : visit.whiteouts) {
      Files.delete(whiteout);
    }
  }

  /** Clears the way: what the layer deletes, hides, or has as something else. */
  private static final class Visit extends SimpleFileVisitor<Path> {
    private final Path target;
    private final Path layer;
    private final List<Path> whiteouts = new ArrayList<>();

    Visit(Path target, Path layer) {
      this.target = target;
      this.layer = layer;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      Path below = below(directory);
      boolean isFile = !Files.isDirectory(below, LinkOption.NOFOLLOW_LINKS);
      if (isFile || isOpaque(directory)) {
        Trees.delete(below);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Path below = below(file);
      Trees.delete(below);
      if (attributes.isOther() && isWhiteout(file)) {
        whiteouts.add(below);
      }
      return FileVisitResult.CONTINUE;
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
    return Directory.attribute(directory, LayerTree.OPAQUE).isPresent();
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
