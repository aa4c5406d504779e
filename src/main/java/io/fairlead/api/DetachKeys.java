package io.fairlead.api;

import io.fairlead.InvalidRequest;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys by which a person leaves a terminal and lets its process run on ({@code ctrl-p,ctrl-q}).
 * One for each stream: it remembers the keys typed so far.
 */
public final class DetachKeys {
  /** Docker's. */
  public static final String USUAL = "ctrl-p,ctrl-q";

  /** The control characters that are no letters' (ascii(7)). */
  private static final String CONTROLS = "@abcdefghijklmnopqrstuvwxyz[\\]^_";

  private final List<Byte> keys;
  private final List<Byte> typed = new ArrayList<>();
  private volatile boolean isDetached;

  private DetachKeys(List<Byte> keys) {
    this.keys = keys;
  }

  /**
   * @param text keys with commas between: a character each, or {@code ctrl-} and one
   * @throws InvalidRequest in Docker's words
   */
  public static DetachKeys parse(String text) {
    var keys = new ArrayList<Byte>();
    for (String key : text.split(",", -1)) {
      int control = key.startsWith("ctrl-") ? CONTROLS.indexOf(key.substring(5)) : -1;
      boolean isControl = key.length() == 6 && control >= 0;
      if (!isControl && (key.length() != 1 || key.charAt(0) > 126)) {
        throw new InvalidRequest("Invalid detach keys (%s) provided".formatted(text));
      }
      keys.add((byte) (isControl ? control : key.charAt(0)));
    }
    return new DetachKeys(List.copyOf(keys));
  }

  /**
   * @param text empty: the usual ones
   */
  static DetachKeys ofRequest(String text) {
    return parse(text.isEmpty() ? USUAL : text);
  }

  /**
   * What of these bytes goes to the process. The beginning of the keys is held back until it is
   * known what follows; after the keys nothing goes.
   */
  public byte[] pass(byte[] bytes, int length) {
    var passed = new ByteArrayOutputStream(length + typed.size());
    for (int i = 0; i < length && !isDetached; i++) {
      typed.add(bytes[i]);
      while (!keys.subList(0, typed.size()).equals(typed)) {
        passed.write(typed.removeFirst());
      }
      isDetached = typed.size() == keys.size();
    }
    return passed.toByteArray();
  }

  public boolean isDetached() {
    return isDetached;
  }
}
