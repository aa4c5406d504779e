package io.fairlead.image;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** How an archive is packed, told from its first bytes. */
public enum Compression {
  GZIP("\u001f\u008b\b") {
    @Override
    InputStream unpacked(InputStream in) throws IOException {
      // java.util.zip's may take the end of one member for the end of the stream.
      return GzipCompressorInputStream.builder()
          .setInputStream(in)
          .setDecompressConcatenated(true)
          .get();
    }
  },
  BZIP2("BZh") {
    @Override
    InputStream unpacked(InputStream in) throws IOException {
      return new BZip2CompressorInputStream(in, true);
    }
  },
  XZ("\u00fd7zXZ\0") {
    @Override
    InputStream unpacked(InputStream in) throws IOException {
      return new XZInputStream(in, MAX_DICTIONARY_KIB);
    }
  },
  ZSTD("(\u00b5/\u00fd") {
    @Override
    InputStream unpacked(InputStream in) throws IOException {
      return new ZstdInputStream(in).setContinuous(false);
    }
  },
  NONE("") {
    @Override
    InputStream unpacked(InputStream in) {
      return in;
    }
  };

  /** What xz -9 needs, and a little. */
  private static final int MAX_DICTIONARY_KIB = 80 << 10;

  private static final int LOOK_AHEAD = 8;

  /** The first bytes, one char each. */
  private final String magic;

  Compression(String magic) {
    this.magic = magic;
  }

  abstract InputStream unpacked(InputStream in) throws IOException;

  /** The stream's content without its packing. */
  public static InputStream unpack(InputStream packed) throws IOException {
    var in = new BufferedInputStream(packed, 1 << 16);
    in.mark(LOOK_AHEAD);
    byte[] first = in.readNBytes(LOOK_AHEAD);
    in.reset();
    return of(first).unpacked(in);
  }

  private static Compression of(byte[] first) {
    String start = new String(first, StandardCharsets.ISO_8859_1);
    for (var compression : values()) {
      if (start.startsWith(compression.magic)) {
        return compression;
      }
    }
    return NONE;
  }
}
