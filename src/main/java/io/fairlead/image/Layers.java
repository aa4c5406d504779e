package io.fairlead.image;

import static io.fairlead.linux.Errno.check;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.archive.TarReader;
import io.fairlead.linux.Directory;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Trees;
import io.fairlead.store.LayerRow;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  private final Path recipes;
  private final Path scratch;
  private final Marks marks;

  private Layers(Path layers, Path recipes, Path scratch, Marks marks) {
    this.layers = layers;
    this.recipes = recipes;
    this.scratch = scratch;
    this.marks = marks;
  }

  /**
   * A layer that was unpacked and is not recorded yet.
   *
   * @param recipe a directory: how the layer's tar is made of its files again
   */
  record Unpacked(String diffId, Path directory, Path recipe, long sizeBytes, long tarBytes) {
    /** Removes what was not kept of it. */
    void discard() {
      Trees.delete(directory);
      Trees.delete(recipe);
    }
  }

  /** Where the directories that {@link LayerRow#directory} names are. */
  static Path directory(Path dataRoot) {
    return dataRoot.resolve("image/layers");
  }

  /** Opens the layers of a data root, and removes what no record claims. */
  static Layers open(Store store, Path dataRoot) {
    Path layers = directory(dataRoot);
    Path recipes = dataRoot.resolve("image/recipes");
    Path scratch = dataRoot.resolve("image/unpacking");
    try {
      Trees.delete(scratch);
      for (var directory : List.of(layers, recipes, scratch)) {
        Files.createDirectories(directory);
        // Set-id files of images are nobody's to run from here.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      }
      var known =
          store.read(Records::layers).stream().map(LayerRow::directory).collect(Collectors.toSet());
      sweep(layers, known);
      sweep(recipes, known);
      return new Layers(layers, recipes, scratch, Marks.usableIn(scratch));
    } catch (IOException e) {
      throw new EngineFault("cannot open the layers in %s: %s".formatted(layers, e), e);
    }
  }

  private static void sweep(Path all, Set<String> known) throws IOException {
    try (var found = Files.newDirectoryStream(all)) {
      for (Path directory : found) {
        if (!known.contains(String.valueOf(directory.getFileName()))) {
          Trees.delete(directory);
        }
      }
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
    Path recipe = newScratch();
    try {
      return unpack(Compression.unpack(archive), needsEndMark, directory, recipe);
    } catch (IOException e) {
      Trees.delete(directory);
      Trees.delete(recipe);
      throw new InvalidRequest("the archive is truncated or broken: " + reason(e), e);
    } catch (RuntimeException | Error e) {
      Trees.delete(directory);
      Trees.delete(recipe);
      throw e;
    }
  }

  private Unpacked unpack(InputStream tar, boolean needsEndMark, Path directory, Path recipe)
      throws IOException {
    var digest = Digests.sha256();
    try (var writer = new RecipeWriter(recipe)) {
      var counted = new CountingInput(new DigestInputStream(tar, digest));
      var reader = new TarReader(writer.recording(counted), needsEndMark);
      long size = new Unpacker(reader, directory, marks, Optional.of(writer)).unpack();
      return new Unpacked(Digests.name(digest), directory, recipe, size, counted.bytes());
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
      Trees.delete(recipes.resolve(name));
      Files.move(layer.recipe(), recipes.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      Files.move(layer.directory(), layers.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new EngineFault("cannot keep layer %s: %s".formatted(layer.diffId(), e), e);
    }
    records.put(new LayerRow(layer.diffId(), name, layer.sizeBytes(), layer.tarBytes()));
  }

  /**
   * Takes a layer that was recorded before out of its place, unless it was recorded anew meanwhile.
   * The caller deletes what this answers, after its transaction.
   */
  Optional<Path> takeAway(Records records, LayerRow layer) {
    if (records.layer(layer.diffId()).isPresent()) {
      return Optional.empty();
    }
    Path bin = newScratch();
    try {
      for (Path all : List.of(layers, recipes)) {
        Path directory = all.resolve(layer.directory());
        if (Files.exists(directory)) {
          Files.move(
              directory,
              bin.resolve(String.valueOf(all.getFileName())),
              StandardCopyOption.ATOMIC_MOVE);
        }
      }
      return Optional.of(bin);
    } catch (IOException e) {
      throw new EngineFault("cannot remove layer %s: %s".formatted(layer.diffId(), e), e);
    }
  }

  /**
   * Writes the tar that a layer came in, byte by byte.
   *
   * @throws EngineFault if what is on the disk does not give that tar
   * @throws IOException if the stream takes no more
   */
  void writeTar(LayerRow layer, OutputStream out) throws IOException {
    var digest = Digests.sha256();
    var digesting = new DigestOutputStream(out, digest);
    String name = layer.directory();
    try (var reader = new RecipeReader(recipes.resolve(name), layers.resolve(name))) {
      reader.writeTo(digesting);
    }
    String written = Digests.name(digest);
    if (!written.equals(layer.diffId())) {
      throw new EngineFault(
          "layer %s on the disk is not what it was: it gives %s; remove its images and load them again"
              .formatted(layer.diffId(), written));
    }
  }

  static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
