package io.fairlead.network.port;

import io.fairlead.InvalidRequest;
import java.util.regex.Pattern;

/** Ports from the first to the last, both included; mostly they are one. */
public record PortRange(int first, int last) {
  public static final int MAX = 65535;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");

  public PortRange {
    if (first < 1 || last > MAX || first > last) {
      throw new InvalidRequest("invalid port range: %d-%d".formatted(first, last));
    }
  }

  public static PortRange of(int port) {
    return new PortRange(port, port);
  }

  /**
   * Reads {@code 80} or {@code 8000-9000}.
   *
   * @throws InvalidRequest {@code invalid port range: x: ...}
   */
  public static PortRange parse(String text) {
    int dash = text.indexOf('-');
    int first = number(text, dash < 0 ? text : text.substring(0, dash));
    int last = dash < 0 ? first : number(text, text.substring(dash + 1));
    if (first > last) {
      throw new InvalidRequest(
          "invalid port range: %s: the first port is above the last".formatted(text));
    }
    return new PortRange(first, last);
  }

  private static int number(String text, String digits) {
    int number = NUMBER.matcher(digits).matches() ? Integer.parseInt(digits) : 0;
    if (number < 1 || number > MAX) {
      throw new InvalidRequest(
          "invalid port range: %s: a port is a number from 1 to %d".formatted(text, MAX));
    }
    return number;
  }

  public int count() {
    return last - first + 1;
  }

  public boolean contains(PortRange other) {
    return first <= other.first && other.last <= last;
  }

  public boolean overlaps(PortRange other) {
    return first <= other.last && other.first <= last;
  }

  /** {@code 80}, or {@code 8000-9000}. */
  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
