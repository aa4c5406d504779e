package io.fairlead.image;

import static io.fairlead.linux.Errno.check;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.linux.Directory;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Trees;
import io.fairlead.store.LayerRow;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The layers on the disk, each a directory named by the digest of its tar. A layer is unpacked
 * beside them and moved to its place in the transaction that records it; so whatever has no record
 * is what a crash left.
 */
final class Layers {
  // 127 of them must fit into mount(2)'s page of options.
  private static final int NAME_DIGITS = 16;

  private final Path layers;
  private final Path scratch;
  private final Marks marks;

  private Layers(Path layers, Path scratch, Marks marks) {
    this.layers = layers;
    this.scratch = scratch;
    this.marks = marks;
  }

  /** A layer that was unpacked and is not recorded yet. */
  record Unpacked(String diffId, Path directory, long sizeBytes) {}

  /** Where the directories that {@link LayerRow#directory} names are. */
  static Path directory(Path dataRoot) {
    return dataRoot.resolve("image/layers");
  }

  /** Opens the layers of a data root, and removes what no record claims. */
  static Layers open(Store store, Path dataRoot) {
    Path layers = directory(dataRoot);
    Path scratch = dataRoot.resolve("image/unpacking");
    try {
      Trees.delete(scratch);
      for (var directory : List.of(layers, scratch)) {
        Files.createDirectories(directory);
        // Set-id files of images are nobody's to run from here.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      }
      var known =
          store.read(Records::layers).stream().map(LayerRow::directory).collect(Collectors.toSet());
      try (var found = Files.newDirectoryStream(layers)) {
        for (Path directory : found) {
          if (!known.contains(String.valueOf(directory.getFileName()))) {
            Trees.delete(directory);
          }
        }
      }
      return new Layers(layers, scratch, Marks.usableIn(scratch));
    } catch (IOException e) {
      throw new EngineFault("cannot open the layers in %s: %s".formatted(layers, e), e);
    }
  }

  /** A directory for what is not finished. */
  Path newScratch() {
    try {
      Path made = Files.createTempDirectory(scratch, "");
      Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
      return made;
    } catch (IOException e) {
      throw new EngineFault("cannot make a directory in %s: %s".formatted(scratch, e), e);
    }
  }

  /**
   * Unpacks a layer's tar, which may be packed.
   *
   * @param needsEndMark see {@link TarReader}
   * @throws InvalidRequest if the archive is broken or hostile; nothing is kept of it
   */
  Unpacked unpack(InputStream archive, boolean needsEndMark) {
    Path directory = newScratch();
    try {
      var tar = new DigestInputStream(Compression.unpack(archive), Digests.sha256());
      long size = new Unpacker(new TarReader(tar, needsEndMark), directory, marks).unpack();
      return new Unpacked(Digests.name(tar.getMessageDigest()), directory, size);
    } catch (IOException e) {
      Trees.delete(directory);
      throw new InvalidRequest("the archive is truncated or broken: " + reason(e), e);
    } catch (RuntimeException | Error e) {
      Trees.delete(directory);
      throw e;
    }
  }

  /** Has everything unpacked so far on the disk, before a record says that it is there. */
  void sync() {
    try (var directory = Directory.open(scratch)) {
      check(Libc.syncfs(directory.number()), "syncfs", scratch.toString());
    }
  }

  /** Moves a layer to its place and records it, unless the same layer is there already. */
  void keep(Records records, Unpacked layer) {
    if (records.layer(layer.diffId()).isPresent()) {
      return;
    }
    String name = Digests.hex(layer.diffId()).substring(0, NAME_DIGITS);
    try {
      // What is there without a record is of a transaction that failed.
      Trees.delete(layers.resolve(name));
      Files.move(layer.directory(), layers.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new EngineFault("cannot keep layer %s: %s".formatted(layer.diffId(), e), e);
    }
    records.put(new LayerRow(layer.diffId(), name, layer.sizeBytes()));
  }

  /**
   * Takes the directory of a layer that was recorded before out of its place, unless it was
   * recorded anew meanwhile. The caller deletes what this answers, after its transaction.
   */
  Optional<Path> takeAway(Records records, LayerRow layer) {
    Path directory = layers.resolve(layer.directory());
    if (records.layer(layer.diffId()).isPresent() || !Files.exists(directory)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.move(directory, newScratch(), StandardCopyOption.ATOMIC_MOVE));
    } catch (IOException e) {
      throw new EngineFault("cannot remove layer %s: %s".formatted(layer.diffId(), e), e);
    }
  }

  static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
