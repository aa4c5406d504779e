package io.fairlead.network;

import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.Reactor;
import io.fairlead.linux.netlink.FirewallWatch;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has the writer look at the firewall again, a moment after somebody changed it: a dockerd that
 * starts after us, a reload that takes everything away.
 */
final class FirewallWatcher implements AutoCloseable {
  /** A firewall is changed by many commands in a row: look once for several. */
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS, Runnable::run);

  private final NetworkWriter writer;
  private final Reactor reactor = new Reactor("firewall-watch");
  private final AtomicBoolean isPlanned = new AtomicBoolean();
  private final FirewallWatch watch;

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
    if (isPlanned.compareAndSet(false, true)) {
      LATER.execute(
          () -> {
            isPlanned.set(false);
            writer.firewallChanged();
          });
    }
  }

  @Override
  public void close() {
    watch.close();
    reactor.close();
  }
}
