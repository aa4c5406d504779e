package io.fairlead.cli;

import java.nio.file.Path;

/** Which daemon is meant: {@code -H}, else {@code $FAIRLEAD_HOST}, else the usual socket. */
record Host(Path socket) {
  static final Path USUAL_SOCKET = Path.of("/run/fairlead/fairlead.sock");

  /** The socket that a {@code unix://PATH} names; empty: the usual one. */
  static Host of(String address) {
    if (address.isEmpty()) {
      return new Host(USUAL_SOCKET);
    }
    if (!address.startsWith("unix://") || address.length() == "unix://".length()) {
      throw new CommandFailure(
          2, "'%s' is no address of a daemon here; expected unix:///PATH".formatted(address));
    }
    return new Host(Path.of(address.substring("unix://".length())).toAbsolutePath());
  }

  /** The daemon; at the usual socket one is started if none answers. */
  Daemon daemon() {
    return new Daemon(socket, socket.equals(USUAL_SOCKET));
  }

  /** The daemon, if there is one. */
  Daemon daemonIfAny() {
    return new Daemon(socket, false);
  }
}
