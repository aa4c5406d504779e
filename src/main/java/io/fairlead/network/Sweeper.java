package io.fairlead.network;

import io.fairlead.linux.Errno;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.netlink.Links;
import io.fairlead.linux.netlink.NetlinkSocket;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes doomed links that the kernel has not removed by itself, all in one call: deleting a link
 * waits for an RCU grace period, and a group of fifty costs little more than one. Outside the
 * writer.
 */
final class Sweeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

  /**
   * Long enough for the kernel to remove most by itself, short enough for "nothing left within two
   * seconds".
   */
  private static final long DELAY_MILLIS = 800;

  private final int group;
  private final NetNamespace host;
  private final AtomicBoolean isPlanned = new AtomicBoolean();
  private final ScheduledThreadPoolExecutor timer;

  Sweeper(NetNamespace host, int group) {
    this.host = host;
    this.group = group;
    timer =
        new ScheduledThreadPoolExecutor(
            1,
            work ->
                Thread.ofPlatform()
                    .name("link-sweeper")
                    .daemon()
                    .unstarted(
                        () -> {
                          host.enter();
                          work.run();
                        }));
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Something was doomed: look once, soon. */
  void sweepSoon() {
    if (isPlanned.compareAndSet(false, true)) {
      var _ = timer.schedule(this::sweep, DELAY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Sweeps now, and waits for it. */
  void sweepNow() {
    host.call(
        "link-sweeper",
        () -> {
          delete();
          return null;
        });
  }

  private void sweep() {
    isPlanned.set(false);
    try {
      delete();
    } catch (RuntimeException e) {
      LOG.warn("doomed links could not be swept: {}", e.getMessage());
    }
  }

  private void delete() {
    try (var links = NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE)) {
      if (!Links.ofGroup(links, group).isEmpty()) {
        links.request(Links.deleteGroup(group));
      }
    } catch (KernelException e) {
      // Gone between the question and the call.
      if (e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
