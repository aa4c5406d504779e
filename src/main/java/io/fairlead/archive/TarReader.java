package io.fairlead.archive;

import io.fairlead.InvalidRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive entry by entry: ustar, pax (POSIX.1-2001) and GNU's long names and large
 * numbers. Its own, because extended attributes are bytes (the capabilities of a file are not
 * UTF-8) and names are too, and because each of its tables is bounded whatever the archive says.
 *
 * <p>Reading past the last entry drains the stream, so that a digest taken below is of the whole.
 */
public final class TarReader {
  private static final int BLOCK = 512;
  private static final int MAX_NAME_BYTES = 4096;
  private static final int MAX_PAX_BYTES = 1 << 20;
  private static final int MAX_HEADERS = 8;

  private final InputStream in;
  private final boolean needsEndMark;
  private final byte[] block = new byte[BLOCK];
  private Map<String, byte[]> globalPax = Map.of();
  private long unreadBytes;
  private long paddingBytes;
  private String last = "";

  /**
   * @param needsEndMark whether an archive without its closing zero blocks counts as truncated;
   *     where a digest of the archive is known, that is the better judge
   */
  public TarReader(InputStream in, boolean needsEndMark) {
    this.in = in;
    this.needsEndMark = needsEndMark;
  }

  /**
   * @throws InvalidRequest if the archive is broken or ends too early
   */
  public Optional<TarEntry> next() throws IOException {
    skipContent();
    Map<String, byte[]> pax = new HashMap<>(globalPax);
    @Nullable String longName = null;
    @Nullable String longLink = null;
    for (int heads = 0; readBlock(); heads++) {
      if (heads > MAX_HEADERS) {
        throw broken("too many extended headers for one entry");
      }
      if (isZero()) {
        in.transferTo(OutputStream.nullOutputStream());
        return Optional.empty();
      }
      checkSum();
      char flag = (char) (block[156] & 0xff);
      switch (flag) {
        case 'L' -> longName = cut(readText("long name", MAX_NAME_BYTES + 1));
        case 'K' -> longLink = cut(readText("long link", MAX_NAME_BYTES + 1));
        case 'x' -> merge(pax, readContent("extended header", MAX_PAX_BYTES));
        case 'g' -> {
          var merged = new HashMap<>(globalPax);
          merge(merged, readContent("global header", MAX_PAX_BYTES));
          globalPax = merged;
          pax.putAll(merged);
        }
        default -> {
          return Optional.of(entry(flag, pax, longName, longLink));
        }
      }
    }
    if (needsEndMark && last.isEmpty()) {
      throw new InvalidRequest("this is not a tar archive: it is empty");
    }
    if (needsEndMark) {
      throw new InvalidRequest("the archive is truncated: it ends without its end mark" + after());
    }
    return Optional.empty();
  }

  /** Reads of the present entry's content; -1 at its end. */
  public int read(byte[] buffer) throws IOException {
    if (unreadBytes == 0) {
      return -1;
    }
    int n = in.read(buffer, 0, (int) Math.min(buffer.length, unreadBytes));
    if (n < 0) {
      throw truncated();
    }
    unreadBytes -= n;
    return n;
  }

  private TarEntry entry(
      char flag, Map<String, byte[]> pax, @Nullable String longName, @Nullable String longLink)
      throws IOException {
    String name = paxText(pax, "path", longName != null ? longName : headerName());
    last = name;
    if (pax.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."))) {
      throw sparse(name);
    }
    TarEntry.Type type = type(flag, name);
    String link = paxText(pax, "linkpath", longLink != null ? longLink : text(157, 100));
    long size = type == TarEntry.Type.FILE ? paxNumber(pax, "size", 124, 12) : 0;
    if (size < 0) {
      throw broken("a negative size");
    }
    unreadBytes = size;
    paddingBytes = -size & (BLOCK - 1);
    var modified = modified(pax);
    var attributes = new HashMap<String, byte[]>();
    pax.forEach(
        (key, value) -> {
          if (key.startsWith("SCHILY.xattr.")) {
            attributes.put(key.substring("SCHILY.xattr.".length()), value);
          }
        });
    boolean isDevice = type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
    return new TarEntry(
        name,
        type,
        type == TarEntry.Type.SYMLINK || type == TarEntry.Type.HARD_LINK ? link : "",
        (int) number(100, 8) & 07777,
        paxNumber(pax, "uid", 108, 8),
        paxNumber(pax, "gid", 116, 8),
        modified.second(),
        modified.nanos(),
        size,
        isDevice ? (int) number(329, 8) : 0,
        isDevice ? (int) number(337, 8) : 0,
        attributes);
  }

  private TarEntry.Type type(char flag, String name) {
    return switch (flag) {
      // Before POSIX a directory was a file whose name ends with a slash.
      case '0', '\0', '7' ->
          flag != '7' && name.endsWith("/") ? TarEntry.Type.DIRECTORY : TarEntry.Type.FILE;
      case '1' -> TarEntry.Type.HARD_LINK;
      case '2' -> TarEntry.Type.SYMLINK;
      case '3' -> TarEntry.Type.CHARACTER_DEVICE;
      case '4' -> TarEntry.Type.BLOCK_DEVICE;
      case '5' -> TarEntry.Type.DIRECTORY;
      case '6' -> TarEntry.Type.FIFO;
      case 'S' -> throw sparse(name);
      default ->
          throw new InvalidRequest(
              "archive entry \"%s\" is of type '%s', which is no file, link or device"
                  .formatted(TarEntry.shown(name), TarEntry.shown(String.valueOf(flag))));
    };
  }

  private String headerName() {
    String name = text(0, 100);
    boolean isPosix = text(257, 6).equals("ustar") && block[262] == 0;
    String prefix = isPosix ? text(345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private record Modified(long second, int nanos) {}

  private Modified modified(Map<String, byte[]> pax) {
    byte[] exact = pax.get("mtime");
    if (exact == null) {
      return new Modified(number(136, 12), 0);
    }
    try {
      var value = new BigDecimal(latin(exact));
      if (value.precision() > 40 || Math.abs(value.scale()) > 40) {
        throw broken("a time out of range");
      }
      var second = value.setScale(0, RoundingMode.FLOOR);
      return new Modified(
          second.longValueExact(), value.subtract(second).movePointRight(9).intValue());
    } catch (ArithmeticException | NumberFormatException e) {
      throw broken("a time that is no number");
    }
  }

  private long paxNumber(Map<String, byte[]> pax, String key, int offset, int length) {
    byte[] value = pax.get(key);
    if (value == null) {
      return number(offset, length);
    }
    try {
      return Long.parseLong(latin(value));
    } catch (NumberFormatException e) {
      throw broken("a %s that is no number".formatted(key));
    }
  }

  private static String paxText(Map<String, byte[]> pax, String key, String otherwise) {
    byte[] value = pax.get(key);
    return value == null ? otherwise : latin(value);
  }

  /** Octal digits, or where the first bit is set a big-endian number (GNU). */
  private long number(int offset, int length) {
    if ((block[offset] & 0x80) != 0) {
      boolean isNegative = (block[offset] & 0x40) != 0;
      long value = isNegative ? -1 : 0;
      for (int i = 0; i < length; i++) {
        int bits = block[offset + i] & (i == 0 ? 0x7f : 0xff);
        if (i == 0 && isNegative) {
          bits |= 0x80;
        }
        if (i < length - 8 && (byte) bits != (isNegative ? -1 : 0)) {
          throw broken("a number too large");
        }
        value = value << 8 | bits;
      }
      return value;
    }
    String digits = text(offset, length).strip();
    try {
      return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    } catch (NumberFormatException e) {
      throw broken("a number that is not octal");
    }
  }

  private void merge(Map<String, byte[]> pax, byte[] records) {
    int at = 0;
    while (at < records.length) {
      int blank = at;
      while (blank < records.length && records[blank] >= '0' && records[blank] <= '9') {
        blank++;
      }
      int end = blank > at && blank - at < 8 ? at + Integer.parseInt(latin(records, at, blank)) : 0;
      int equals = blank + 1;
      while (equals < records.length && records[equals] != '=') {
        equals++;
      }
      if (end > records.length || end <= equals || records[end - 1] != '\n') {
        throw broken("an extended header that cannot be read");
      }
      String key = latin(records, blank + 1, equals);
      if (end - 1 == equals + 1 && !key.startsWith("SCHILY.xattr.")) {
        pax.remove(key);
      } else {
        pax.put(key, Arrays.copyOfRange(records, equals + 1, end - 1));
      }
      at = end;
    }
  }

  private void checkSum() {
    int unsigned = 0;
    int signed = 0; // as some old programs took it
    for (int i = 0; i < BLOCK; i++) {
      byte b = i >= 148 && i < 156 ? (byte) ' ' : block[i];
      unsigned += b & 0xff;
      signed += b;
    }
    String digits = text(148, 8).strip();
    boolean isOctal = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '7');
    long sum = isOctal ? Long.parseLong(digits, 8) : -1;
    if (sum != unsigned && sum != signed) {
      throw new InvalidRequest(
          last.isEmpty()
              ? "this is not a tar archive (plain, or packed by gzip, bzip2, xz or zstd)"
              : "the archive is broken: no valid header" + after());
    }
  }

  private String readText(String what, int limit) throws IOException {
    return latin(readContent(what, limit));
  }

  private byte[] readContent(String what, int limit) throws IOException {
    long size = number(124, 12);
    if (size < 0 || size > limit) {
      throw broken("the %s has %d bytes, and at most %d are read".formatted(what, size, limit));
    }
    byte[] content = in.readNBytes((int) size);
    unreadBytes = size - content.length;
    paddingBytes = -size & (BLOCK - 1);
    skipContent();
    return content;
  }

  /** By reading: a digest taken below does not see what is skipped. */
  private void skipContent() throws IOException {
    byte[] buffer = new byte[(int) Math.min(1 << 14, unreadBytes + paddingBytes)];
    for (long left = unreadBytes + paddingBytes; left > 0; ) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw truncated();
      }
      left -= n;
    }
    unreadBytes = 0;
    paddingBytes = 0;
  }

  private boolean readBlock() throws IOException {
    int n = in.readNBytes(block, 0, BLOCK);
    if (n != 0 && n < BLOCK) {
      throw last.isEmpty()
          ? new InvalidRequest("this is not a tar archive: it ends after byte %d".formatted(n))
          : truncated();
    }
    return n == BLOCK;
  }

  private boolean isZero() {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private InvalidRequest truncated() {
    return new InvalidRequest(
        "the archive is truncated: it ends within entry \"%s\"".formatted(TarEntry.shown(last)));
  }

  private InvalidRequest broken(String what) {
    return new InvalidRequest("the archive is broken: %s%s".formatted(what, after()));
  }

  private static InvalidRequest sparse(String name) {
    return new InvalidRequest(
        "archive entry \"%s\" is a sparse file in GNU's format; pack the archive without --sparse"
            .formatted(TarEntry.shown(name)));
  }

  private String after() {
    return last.isEmpty() ? "" : ", at or after entry \"%s\"".formatted(TarEntry.shown(last));
  }

  private String text(int offset, int length) {
    return cut(latin(block, offset, offset + length));
  }

  private static String cut(String text) {
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  private static String latin(byte[] bytes) {
    return latin(bytes, 0, bytes.length);
  }

  private static String latin(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }
}
