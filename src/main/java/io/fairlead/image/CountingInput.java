package io.fairlead.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts what is read. */
final class CountingInput extends FilterInputStream {
  private long bytes;

  CountingInput(InputStream in) {
    super(in);
  }

  long bytes() {
    return bytes;
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    bytes += b < 0 ? 0 : 1;
    return b;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n = super.read(buffer, offset, length);
    bytes += Math.max(0, n);
    return n;
  }

  /** By reading: what is skipped would not be counted. */
  @Override
  public long skip(long wanted) throws IOException {
    return readNBytes((int) Math.min(wanted, 1 << 13)).length;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
