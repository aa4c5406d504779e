package io.fairlead.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Writes tar archives byte by byte, hostile ones too: nothing here asks whether it makes sense. */
public final class Tars {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Map<String, byte[]> pax = new TreeMap<>();
  private long uid = uidOfTests();
  private long gid = uidOfTests();
  private long modified = 1_700_000_000;

  /** Tests without root can only keep what is theirs. */
  private static long uidOfTests() {
    try {
      var self = java.nio.file.Path.of("/proc/self");
      return (int) java.nio.file.Files.getAttribute(self, "unix:uid");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  public Tars owner(long uid, long gid) {
    this.uid = uid;
    this.gid = gid;
    return this;
  }

  public Tars modified(long second) {
    this.modified = second;
    return this;
  }

  /** An extended header's entry for the next one. */
  public Tars pax(String key, byte[] value) {
    pax.put(key, value);
    return this;
  }

  public Tars pax(String key, String value) {
    return pax(key, value.getBytes(StandardCharsets.UTF_8));
  }

  public Tars file(String name, String content) {
    return file(name, 0644, content.getBytes(StandardCharsets.UTF_8));
  }

  public Tars file(String name, int mode, byte[] content) {
    head(name, '0', mode, "", content.length, 0, 0);
    return content(content);
  }

  public Tars directory(String name) {
    return directory(name, 0755);
  }

  public Tars directory(String name, int mode) {
    return head(name, '5', mode, "", 0, 0, 0);
  }

  public Tars symlink(String name, String target) {
    return head(name, '2', 0777, target, 0, 0, 0);
  }

  public Tars hardLink(String name, String target) {
    return head(name, '1', 0644, target, 0, 0, 0);
  }

  public Tars device(String name, char type, int major, int minor) {
    return head(name, type, 0640, "", 0, major, minor);
  }

  public Tars head(String name, char type, int mode, String link, long size, int major, int minor) {
    if (!pax.isEmpty()) {
      var records = new ByteArrayOutputStream();
      pax.forEach((key, value) -> records.writeBytes(record(key, value)));
      pax.clear();
      block("PaxHeader", 'x', 0644, "", records.size(), 0, 0);
      content(records.toByteArray());
    }
    block(name, type, mode, link, size, major, minor);
    return this;
  }

  public Tars content(byte[] content) {
    out.writeBytes(content);
    out.writeBytes(new byte[-content.length & 511]);
    return this;
  }

  private static byte[] record(String key, byte[] value) {
    int length = key.length() + value.length + 3;
    length += String.valueOf(length + String.valueOf(length).length()).length();
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes((length + " " + key + "=").getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(value);
    bytes.write('\n');
    return bytes.toByteArray();
  }

  private void block(
      String name, char type, int mode, String link, long size, int major, int minor) {
    byte[] block = new byte[512];
    put(block, 0, name);
    put(block, 100, "%07o".formatted(mode));
    put(block, 108, "%07o".formatted(uid));
    put(block, 116, "%07o".formatted(gid));
    put(block, 124, "%011o".formatted(size));
    put(block, 136, "%011o".formatted(modified));
    put(block, 148, "        ");
    block[156] = (byte) type;
    put(block, 157, link);
    put(block, 257, "ustar");
    put(block, 263, "00");
    put(block, 329, "%07o".formatted(major));
    put(block, 337, "%07o".formatted(minor));
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, "%06o".formatted(sum));
    block[154] = 0;
    out.writeBytes(block);
  }

  private static void put(byte[] block, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, block, offset, bytes.length);
  }

  /** Without the end mark. */
  public byte[] unfinished() {
    return out.toByteArray();
  }

  public byte[] bytes() {
    var all = new ByteArrayOutputStream();
    all.writeBytes(out.toByteArray());
    all.writeBytes(new byte[1024]);
    return all.toByteArray();
  }

  public InputStream stream() {
    return new ByteArrayInputStream(bytes());
  }
}
