package io.fairlead.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * Writes a tar archive entry by entry: ustar, and pax (POSIX.1-2001) where that has no room for a
 * name, a number, a fraction of a second or extended attributes. The counterpart of {@link
 * TarReader}: names and attributes are bytes.
 */
public final class TarWriter {
  private static final int BLOCK = 512;
  private static final long MAX_ID = 07777777;
  private static final long MAX_LONG = 077777777777L;

  private final OutputStream out;
  private long contentBytes;
  private long missingBytes;

  public TarWriter(OutputStream out) {
    this.out = out;
  }

  /** Begins an entry; as many bytes of content as it says are to be written next. */
  public void begin(TarEntry entry) throws IOException {
    byte[] pax = pax(entry);
    if (pax.length > 0) {
      writeHeader("PaxHeaders/entry", 'x', "", 0644, 0, 0, pax.length, 0, 0, 0);
      out.write(pax);
      pad(pax.length);
    }
    writeHeader(
        entry.name(),
        flag(entry.type()),
        entry.link(),
        entry.permissions(),
        entry.uid(),
        entry.gid(),
        entry.sizeBytes(),
        entry.modifiedSecond(),
        entry.major(),
        entry.minor());
    contentBytes = entry.sizeBytes();
    missingBytes = entry.sizeBytes();
  }

  /** Bytes beyond the size that the entry said are left out. */
  public void write(byte[] bytes, int length) throws IOException {
    int taken = (int) Math.min(length, missingBytes);
    out.write(bytes, 0, taken);
    missingBytes -= taken;
  }

  /** How much of the present entry's content is still to be written. */
  public long missingBytes() {
    return missingBytes;
  }

  /** Ends an entry. What is missing of its content, because a file shrank, is zeros. */
  public void end() throws IOException {
    byte[] zeros = new byte[(int) Math.min(missingBytes, 1 << 14)];
    while (missingBytes > 0) {
      write(zeros, zeros.length);
    }
    pad(contentBytes);
  }

  /** Writes the archive's end mark. */
  public void finish() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.flush();
  }

  private void pad(long length) throws IOException {
    out.write(new byte[(int) (-length & (BLOCK - 1))]);
  }

  private static char flag(TarEntry.Type type) {
    return switch (type) {
      case FILE -> '0';
      case HARD_LINK -> '1';
      case SYMLINK -> '2';
      case CHARACTER_DEVICE -> '3';
      case BLOCK_DEVICE -> '4';
      case DIRECTORY -> '5';
      case FIFO -> '6';
    };
  }

  private static byte[] pax(TarEntry entry) throws IOException {
    var records = new TreeMap<String, byte[]>();
    if (entry.name().length() > 100) {
      records.put("path", latin(entry.name()));
    }
    if (entry.link().length() > 100) {
      records.put("linkpath", latin(entry.link()));
    }
    if (entry.uid() > MAX_ID) {
      records.put("uid", latin("" + entry.uid()));
    }
    if (entry.gid() > MAX_ID) {
      records.put("gid", latin("" + entry.gid()));
    }
    if (entry.sizeBytes() > MAX_LONG) {
      records.put("size", latin("" + entry.sizeBytes()));
    }
    if (!fits(entry.modifiedSecond()) || entry.modifiedNanos() != 0) {
      records.put("mtime", latin(time(entry)));
    }
    entry.attributes().forEach((name, value) -> records.put("SCHILY.xattr." + name, value));
    var text = new ByteArrayOutputStream();
    for (var each : records.entrySet()) {
      writeRecord(text, latin(each.getKey()), each.getValue());
    }
    return text.toByteArray();
  }

  private static boolean fits(long second) {
    return second >= 0 && second <= MAX_LONG;
  }

  /** A decimal fraction; before 1970 the nanoseconds still count upwards. */
  private static String time(TarEntry entry) {
    return new BigDecimal(entry.modifiedSecond())
        .add(BigDecimal.valueOf(entry.modifiedNanos(), 9))
        .stripTrailingZeros()
        .toPlainString();
  }

  /** {@code LENGTH key=value\n}, where the length counts its own digits too. */
  private static void writeRecord(ByteArrayOutputStream out, byte[] key, byte[] value)
      throws IOException {
    int rest = key.length + value.length + 3;
    int length = rest + 1;
    while (length != rest + Integer.toString(length).length()) {
      length = rest + Integer.toString(length).length();
    }
    out.write(latin(length + " "));
    out.write(key);
    out.write('=');
    out.write(value);
    out.write('\n');
  }

  private void writeHeader(
      String name,
      char flag,
      String link,
      int permissions,
      long uid,
      long gid,
      long size,
      long second,
      int major,
      int minor)
      throws IOException {
    byte[] block = new byte[BLOCK];
    text(block, 0, 100, name);
    octal(block, 100, 8, permissions);
    octal(block, 108, 8, uid > MAX_ID ? 0 : uid);
    octal(block, 116, 8, gid > MAX_ID ? 0 : gid);
    octal(block, 124, 12, size > MAX_LONG ? 0 : size);
    octal(block, 136, 12, fits(second) ? second : 0);
    block[156] = (byte) flag;
    text(block, 157, 100, link);
    text(block, 257, 8, "ustar\00000");
    octal(block, 329, 8, major);
    octal(block, 337, 8, minor);
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte each : block) {
      sum += each & 0xff;
    }
    octal(block, 148, 7, sum);
    out.write(block);
  }

  private static void text(byte[] block, int offset, int room, String text) {
    byte[] bytes = latin(text);
    System.arraycopy(bytes, 0, block, offset, Math.min(room, bytes.length));
  }

  private static void octal(byte[] block, int offset, int room, long number) {
    String digits = Long.toOctalString(number);
    text(block, offset, room - 1, "0".repeat(Math.max(0, room - 1 - digits.length())) + digits);
    block[offset + room - 1] = 0;
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
