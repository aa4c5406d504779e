package io.fairlead.network;

import io.fairlead.linux.LegacyTable;
import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.Reactor;
import io.fairlead.linux.netlink.FirewallWatch;
import java.time.Duration;
import java.util.List;

/**
 * Has the writer look at the firewall again, a moment after somebody changed it: a dockerd that
 * starts after us, a reload that takes everything away.
 */
final class FirewallWatcher implements AutoCloseable {
  /** A firewall is changed by many commands in a row: look once for several. */
  private static final Duration DELAY = Duration.ofMillis(100);

  /** Tables of iptables-legacy tell nobody when they change: they are asked. */
  private static final Duration LEGACY_INTERVAL = Duration.ofSeconds(2);

  private final NetworkWriter writer;
  private final Reactor reactor;
  private final FirewallWatch watch;

  /** On the reactor's thread. */
  private boolean isPlanned;

  /** On the reactor's thread. */
  private List<LegacyTable> legacy = List.of();

  FirewallWatcher(NetNamespace host, NetworkWriter writer) {
    this.writer = writer;
    this.reactor = new Reactor("firewall-watch", host::enter);
    try {
      this.watch = host.call("firewall-watch", () -> new FirewallWatch(reactor, this::changed));
    } catch (RuntimeException e) {
      reactor.close();
      throw e;
    }
    reactor.execute(this::askLegacy);
  }

  private void askLegacy() {
    try {
      List<LegacyTable> now = LegacyTable.all();
      if (!now.equals(legacy)) {
        legacy = now;
        changed();
      }
    } finally {
      reactor.executeAfter(LEGACY_INTERVAL, this::askLegacy);
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
