package io.fairlead.linux;

import java.nio.charset.StandardCharsets;

/**
 * Names as Linux has them: bytes, which need not be UTF-8. A byte string holds each byte as one
 * char.
 */
public final class ByteString {
  private ByteString() {}

  /** A text's bytes in UTF-8. */
  public static String of(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** Its bytes read as UTF-8. */
  public static String text(String byteString) {
    return new String(byteString.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
