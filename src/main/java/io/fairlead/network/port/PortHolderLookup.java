package io.fairlead.network.port;

import java.net.InetAddress;
import java.util.Optional;

/** Who has a host port, for the message to whoever wanted it. */
@FunctionalInterface
public interface PortHolderLookup {
  /**
   * @return {@code nginx (pid 812)}, {@code container web}; empty if it cannot be told
   */
  Optional<String> holder(Protocol protocol, InetAddress address, int port);
}
