package io.fairlead.network;

import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.Reactor;
import io.fairlead.linux.netlink.FirewallWatch;
import java.time.Duration;

/**
 * Has the writer look at the firewall again, a moment after somebody changed it: a dockerd that
 * starts after us, a reload that takes everything away.
 */
final class FirewallWatcher implements AutoCloseable {
  /** A firewall is changed by many commands in a row: look once for several. */
  private static final Duration DELAY = Duration.ofMillis(100);

  private final NetworkWriter writer;
  private final Reactor reactor = new Reactor("firewall-watch");
  private final FirewallWatch watch;

  /** On the reactor's thread. */
  private boolean isPlanned;

  FirewallWatcher(NetNamespace host, NetworkWriter writer) {
    this.writer = writer;
    try {
      this.watch = host.call("firewall-watch", () -> new FirewallWatch(reactor, this::changed));
    } catch (RuntimeException e) {
      reactor.close();
      throw e;
    }
  }

  private void changed() {
    if (!isPlanned) {
      isPlanned = true;
      reactor.executeAfter(DELAY, this::look);
    }
  }

  private void look() {
    isPlanned = false;
    writer.firewallChanged();
  }

  @Override
  public void close() {
    watch.close();
    reactor.close();
  }
}
