package io.fairlead.network.port;

import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import io.fairlead.linux.Libc;
import java.util.Locale;

/** A transport protocol whose ports can be published. */
public enum Protocol {
  TCP(Libc.SOCK_STREAM),
  UDP(Libc.SOCK_DGRAM);

  private final int socketType;

  Protocol(int socketType) {
    this.socketType = socketType;
  }

  /**
   * @param text in either case; empty: tcp
   * @throws InvalidRequest {@code invalid proto: x}
   * @throws NotBuilt for sctp
   */
  public static Protocol parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "", "tcp" -> TCP;
      case "udp" -> UDP;
      case "sctp" ->
          throw new NotBuilt("publishing sctp ports is not built yet; tcp and udp ports can be");
      default -> throw new InvalidRequest("invalid proto: " + text);
    };
  }

  int socketType() {
    return socketType;
  }

  static Protocol ofSocketType(int type) {
    return type == Libc.SOCK_STREAM ? TCP : UDP;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
