package io.fairlead.network.port;

import io.fairlead.network.address.Addresses;
import io.fairlead.store.PublishedPortRow;
import java.net.InetAddress;

/** Host ports that are held: ports of one address that follow each other. */
public record HeldPorts(Protocol protocol, InetAddress address, PortRange range) {
  public static HeldPorts of(PublishedPortRow row) {
    return new HeldPorts(
        Protocol.parse(row.protocol()),
        Addresses.parse(row.hostAddress()),
        new PortRange(row.hostPort(), row.hostPort() + row.count() - 1));
  }

  boolean contains(HeldPorts other) {
    return protocol == other.protocol
        && address.equals(other.address)
        && range.contains(other.range);
  }

  @Override
  public String toString() {
    return "port %s/%s on %s".formatted(range, protocol, Addresses.text(address));
  }
}
