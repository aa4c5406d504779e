package io.fairlead.network.port;

import io.fairlead.linux.Fd;
import java.util.List;

/**
 * Host ports that were bound for a publication, in one family, with the sockets that hold them.
 *
 * @param container the container's ports they lead to, as many
 * @param sockets one for each port, in their order
 */
public record BoundPorts(HeldPorts host, PortRange container, List<Fd> sockets)
    implements AutoCloseable {
  public BoundPorts {
    sockets = List.copyOf(sockets);
  }

  /** Lets go of the ports, unless a queue holds them too. */
  @Override
  public void close() {
    sockets.forEach(Fd::close);
  }
}
