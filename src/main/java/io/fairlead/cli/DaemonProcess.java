package io.fairlead.cli;

import io.fairlead.Failure;
import io.fairlead.api.ApiServer;
import io.fairlead.engine.Engine;
import io.fairlead.engine.EngineConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of a daemon: an engine, its API, and the signal that ends both. */
final class DaemonProcess {
  private final List<URI> addresses;
  private final List<Path> sockets;
  private final Optional<String> group;
  private final EngineConfig config;
  private final String logLevel;
  private final boolean reportsReady;
  private final CountDownLatch stopAsked = new CountDownLatch(1);

  /**
   * @param addresses {@code unix:///PATH} or {@code tcp://HOST:PORT}
   * @param reportsReady somebody reads progress and {@link DaemonStart#READY} from our output
   */
  DaemonProcess(
      List<URI> addresses,
      Optional<String> group,
      EngineConfig config,
      String logLevel,
      boolean reportsReady) {
    this.addresses = addresses;
    this.sockets =
        addresses.stream()
            .filter(address -> "unix".equals(address.getScheme()))
            .map(address -> Path.of(address.getPath()))
            .toList();
    this.group = group;
    this.config = config;
    this.logLevel = logLevel;
    this.reportsReady = reportsReady;
  }

  /** Serves until SIGTERM or SIGINT; containers run on. */
  void run() throws IOException, InterruptedException {
    requireRoot();
    Path logFile = DaemonLog.fileFor(config.dataRoot());
    Files.createDirectories(logFile.getParent());
    DaemonLog.open(logFile, logLevel, !reportsReady);
    Logger log = LoggerFactory.getLogger(DaemonProcess.class);
    if (reportsReady) {
      System.out.println("its log: " + logFile);
    }
    log.info("Fairlead {} (build {}), pid {}", Build.version(), Build.id(), pid());
    Signals.onArrival("TERM", stopAsked::countDown);
    Signals.onArrival("INT", stopAsked::countDown);
    try (Engine engine = Engine.open(config);
        var _ = ApiServer.open(engine, addresses, group)) {
      if (reportsReady) {
        engine.info().warnings().forEach(warning -> System.out.println("warning: " + warning));
      }
      note(logFile).write(sockets);
      if (reportsReady) {
        System.out.println(DaemonStart.READY);
      }
      stopAsked.await();
      log.info("stopping; containers run on");
    } catch (Failure refusal) {
      // Its words are for people and say it all.
      log.error("the daemon ends: {}", refusal.getMessage());
      throw refusal;
    } catch (RuntimeException e) {
      log.error("the daemon ends", e);
      throw e;
    }
    DaemonNote.delete(sockets);
    log.info("stopped");
  }

  private DaemonNote note(Path logFile) {
    return new DaemonNote(
        pid(),
        ProcessHandle.current().info().startInstant().orElse(Instant.EPOCH),
        Build.id(),
        config.dataRoot(),
        config.execRoot(),
        logFile);
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  /** By /proc, so that it is root of the user namespace we are in that counts. */
  static void requireRoot() throws IOException {
    if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      throw new CommandFailure(
          "this needs root: network namespaces, mounts and the firewall are root's");
    }
  }
}
