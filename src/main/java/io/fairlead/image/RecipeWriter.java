package io.fairlead.image;

import com.github.luben.zstd.ZstdOutputStream;
import io.fairlead.archive.EntryPath;
import io.fairlead.linux.Directory;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps of a layer's tar what its unpacked files do not have: headers, padding, order. With it and
 * the files {@link RecipeReader} writes the same tar again, byte by byte; so a saved image has the
 * id that it was loaded with.
 *
 * <p>In its directory the file {@code recipe} has records: {@link #BYTES} as they stand in the tar,
 * {@link #FILE} for a file's content. Where a later entry takes the place of an earlier one, the
 * earlier is moved to {@code replaced-N}, which the file {@code replaced} says.
 */
final class RecipeWriter implements AutoCloseable {
  static final String RECIPE = "recipe";
  static final String REPLACED = "replaced";
  static final int BYTES = 'b';
  static final int FILE = 'f';
  static final int END = 'e';

  private static final int BUFFER = 1 << 16;

  private final Path directory;
  private final Directory opened;
  private final DataOutputStream recipe;
  private final DataOutputStream replaced;
  private int files;
  private int replacements;
  private boolean isContent;

  /**
   * @param directory is there, and empty
   */
  RecipeWriter(Path directory) throws IOException {
    this.directory = directory;
    this.opened = Directory.open(directory);
    this.recipe = output(RECIPE);
    this.replaced = output(REPLACED);
  }

  private DataOutputStream output(String name) throws IOException {
    OutputStream file = Files.newOutputStream(directory.resolve(name));
    return new DataOutputStream(new BufferedOutputStream(new ZstdOutputStream(file), BUFFER));
  }

  static String spare(int number) {
    return REPLACED + "-" + number;
  }

  /** Keeps what is read from the result, except files' content. */
  InputStream recording(InputStream tar) {
    return new FilterInputStream(tar) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int n = in.read(buffer, offset, length);
        if (n > 0 && !isContent) {
          recipe.write(BYTES);
          recipe.writeInt(n);
          recipe.write(buffer, offset, n);
        }
        return n;
      }

      @Override
      public long skip(long wanted) throws IOException {
        return readNBytes((int) Math.min(wanted, BUFFER)).length;
      }

      @Override
      public boolean markSupported() {
        return false;
      }
    };
  }

  /** What is read from now on is the content of this file. */
  void content(EntryPath at, long sizeBytes) throws IOException {
    recipe.write(FILE);
    recipe.writeLong(sizeBytes);
    write(recipe, at);
    files++;
    isContent = true;
  }

  void contentEnds() {
    isContent = false;
  }

  /** Takes what is there out of the layer, and keeps it for the content that it has. */
  void replace(EntryPath at, Directory from, String name) {
    try {
      replaced.writeInt(files);
      write(replaced, at);
      opened.moveHere(from, name, spare(replacements));
      replacements++;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(DataOutputStream out, EntryPath path) throws IOException {
    byte[] bytes = path.toString().getBytes(StandardCharsets.ISO_8859_1);
    out.writeShort(bytes.length);
    out.write(bytes);
  }

  @Override
  public void close() throws IOException {
    try (opened;
        recipe;
        replaced) {
      recipe.write(END);
      replaced.writeInt(-1);
    }
  }
}
