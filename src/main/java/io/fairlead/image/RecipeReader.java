package io.fairlead.image;

import com.github.luben.zstd.ZstdInputStream;
import io.fairlead.EngineFault;
import io.fairlead.archive.EntryPath;
import io.fairlead.archive.TarEntry;
import io.fairlead.linux.Fd;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes a layer's tar of what {@link RecipeWriter} kept and of the layer's files. */
final class RecipeReader implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final DataInputStream recipe;
  private final LayerTree layer;
  private final LayerTree spares;
  private final Map<String, List<Replacement>> replacements = new HashMap<>();
  private final byte[] buffer = new byte[BUFFER];

  /**
   * What was at a path until then is kept as a spare.
   *
   * @param files how many files had come before it was replaced
   */
  private record Replacement(int files, int number) {}

  RecipeReader(Path directory, Path layer) throws IOException {
    readReplacements(directory);
    this.recipe = input(directory, RecipeWriter.RECIPE);
    this.layer = new LayerTree(layer, Marks.FILES);
    this.spares = new LayerTree(directory, Marks.FILES);
  }

  private static DataInputStream input(Path directory, String name) throws IOException {
    InputStream file = Files.newInputStream(directory.resolve(name));
    return new DataInputStream(new BufferedInputStream(new ZstdInputStream(file), BUFFER));
  }

  private void readReplacements(Path directory) throws IOException {
    try (var in = input(directory, RecipeWriter.REPLACED)) {
      int number = 0;
      for (int files = in.readInt(); files >= 0; files = in.readInt()) {
        replacements
            .computeIfAbsent(readPath(in), _ -> new ArrayList<>())
            .add(new Replacement(files, number));
        number++;
      }
    }
  }

  private static String readPath(DataInputStream in) throws IOException {
    byte[] bytes = in.readNBytes(in.readUnsignedShort());
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  void writeTo(OutputStream out) throws IOException {
    int files = 0;
    for (int kind = recipe.read(); kind != RecipeWriter.END; kind = recipe.read()) {
      switch (kind) {
        case RecipeWriter.BYTES -> copy(recipe, recipe.readInt(), out, "its recipe");
        case RecipeWriter.FILE -> {
          long sizeBytes = recipe.readLong();
          files++;
          writeFile(readPath(recipe), files, sizeBytes, out);
        }
        default -> throw new EngineFault("a layer's recipe on the disk is broken");
      }
    }
  }

  private void writeFile(String path, int place, long sizeBytes, OutputStream out)
      throws IOException {
    try (var file = open(path, place);
        var in = new FileInputStream("/proc/self/fd/" + file.number())) {
      copy(in, sizeBytes, out, TarEntry.shown(path));
    }
  }

  private Fd open(String path, int place) {
    var names = EntryPath.parse(path).names();
    // The first that was replaced of it and of what it is in: later ones were not of its time.
    int spare = Integer.MAX_VALUE;
    int depth = 0;
    for (int i = 1; i <= names.size(); i++) {
      int number = spare(String.join("/", names.subList(0, i)), place);
      if (number < spare) {
        spare = number;
        depth = i;
      }
    }
    if (depth == 0) {
      return opened(layer, new EntryPath(names), path);
    }
    var kept = new ArrayList<>(List.of(RecipeWriter.spare(spare)));
    kept.addAll(names.subList(depth, names.size()));
    return opened(spares, new EntryPath(kept), path);
  }

  private int spare(String path, int place) {
    for (var each : replacements.getOrDefault(path, List.of())) {
      if (each.files() >= place) {
        return each.number();
      }
    }
    return Integer.MAX_VALUE;
  }

  private static Fd opened(LayerTree tree, EntryPath at, String path) {
    return tree.read(at)
        .orElseThrow(
            () ->
                new EngineFault(
                    "a layer on the disk lacks its file %s".formatted(TarEntry.shown(path))));
  }

  private void copy(InputStream in, long sizeBytes, OutputStream out, String what)
      throws IOException {
    for (long left = sizeBytes; left > 0; ) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw new EngineFault("a layer on the disk is cut short: " + what);
      }
      out.write(buffer, 0, n);
      left -= n;
    }
  }

  @Override
  public void close() throws IOException {
    try (layer;
        spares) {
      recipe.close();
    }
  }
}
