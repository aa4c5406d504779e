package io.fairlead.runtime;

import io.fairlead.EngineFault;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Reactor;
import io.fairlead.linux.SeqPacket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Further processes in running containers, each under a conmon of its own, so that they outlive the
 * daemon. What is kept of one is in a directory below its container's, and goes with the container.
 */
public final class Execs {
  private static final int SIGKILL = 9;

  private final Function<String, Bundle> containers;
  private final Conmon conmon;
  private final Consoles consoles;
  private final Exits exits;
  private final Reactor reactor;
  private final Set<String> grantable;

  /**
   * @param containers their bundles by id
   * @param grantable the capabilities that the engine can give at all
   */
  Execs(
      Function<String, Bundle> containers,
      Conmon conmon,
      Consoles consoles,
      Exits exits,
      Reactor reactor,
      Set<String> grantable) {
    this.containers = containers;
    this.conmon = conmon;
    this.consoles = consoles;
    this.exits = exits;
    this.reactor = reactor;
    this.grantable = grantable;
  }

  /**
   * @param streams the client's hold on its streams; nothing, where it has no client
   */
  public record Started(int pid, Optional<Attachment> streams) {}

  /**
   * Starts a process. Its client is connected before it runs, so that no byte is missed; the
   * process waits for a client that does not read, as one in a pipe does.
   *
   * @param sink empty: its output goes nowhere
   * @throws EngineFault with the runtime's own text; nothing is left of it then but the sink's end
   */
  public Started start(String containerId, ExecSpec spec, Optional<OutputSink> sink) {
    var container = containers.apply(containerId);
    var bundle = container.exec(spec.id());
    var streams = new AtomicReference<@Nullable Attachment>();
    try {
      Files.createDirectories(bundle.directory());
      Files.write(bundle.processConfiguration(), OciProcess.ofExec(container, spec, grantable));
      int pid =
          conmon.exec(
              bundle,
              spec,
              search(container, spec),
              () -> sink.ifPresent(s -> streams.set(attach(bundle, spec, s))));
      exits.watch(bundle);
      if (spec.terminal().isPresent() && sink.isPresent()) {
        unblockInput(bundle);
      }
      return new Started(pid, Optional.ofNullable(streams.get()));
    } catch (IOException e) {
      discard(bundle, streams.get(), sink);
      throw new EngineFault("cannot write the process of exec " + spec.id() + ": " + e, e);
    } catch (RuntimeException e) {
      discard(bundle, streams.get(), sink);
      throw e;
    }
  }

  private static ProgramSearch search(Bundle container, ExecSpec spec) {
    String path =
        OciProcess.environment(spec.environment(), "/").stream()
            .filter(entry -> entry.startsWith("PATH="))
            .map(entry -> entry.substring(5))
            .findFirst()
            .orElse("");
    var root = Path.of("/proc", String.valueOf(container.pid().orElse(0)), "root");
    return new ProgramSearch(root, path, spec.workingDirectory());
  }

  private Attachment attach(Bundle bundle, ExecSpec spec, OutputSink sink) {
    return consoles.attachOnly(bundle, sink, spec.isStdinOpen() && spec.terminal().isEmpty());
  }

  /**
   * Conmon makes a terminal's input non-blocking when a client comes (init_remote_sock of its
   * conn_sock.c), and ours came before there was one: a process that does not read what is typed
   * would stop its conmon. So one more client comes, and leaves.
   */
  private static void unblockInput(Bundle bundle) {
    try {
      SeqPacket.connect(bundle.attachSocket()).close();
    } catch (KernelException e) {
      // It has ended already.
      return;
    }
  }

  private void discard(Bundle bundle, @Nullable Attachment streams, Optional<OutputSink> sink) {
    bundle.endNamesakes(reactor);
    if (streams == null) {
      sink.ifPresent(OutputSink::end);
    } else {
      consoles.finish(bundle.id());
    }
    Bundle.removeTree(bundle.directory());
  }

  /**
   * Completes when the process has ended; at once if it has. Works for those that an earlier daemon
   * started; empty if there is no trace of it.
   */
  public Optional<CompletableFuture<ExitStatus>> exited(String execId) {
    return exits.of(execId).map(CompletableFuture::copy);
  }

  /** Its pid, whether or not it has ended since. */
  public OptionalInt pid(String containerId, String execId) {
    return containers.apply(containerId).exec(execId).pid();
  }

  /**
   * Gives its terminal another size.
   *
   * @return false if it has ended
   */
  public boolean resize(String containerId, String execId, ConsoleSize size) {
    return consoles.resize(containers.apply(containerId).exec(execId), size);
  }

  /** Removes what is kept of one that has ended. */
  public void forget(String containerId, String execId) {
    exits.forget(execId);
    Bundle.removeTree(containers.apply(containerId).exec(execId).directory());
  }

  void findAgain(Bundle container) {
    for (Bundle exec : container.execs()) {
      if (exec.pid().isPresent() || exec.exitStatus().isPresent()) {
        exits.watch(exec);
      }
    }
  }

  /**
   * Ends all of a container that has ended, and waits for their conmons, which still write. With a
   * process namespace of its own they have ended with it.
   */
  void endAll(Bundle container) {
    for (Bundle exec : container.execs()) {
      exec.init()
          .ifPresent(
              process -> {
                process.kill(SIGKILL);
                process.close();
              });
      var exit = exits.of(exec.id());
      if (exit.isPresent()) {
        Exits.awaitEnd(exec.id(), exit.get());
      }
      consoles.finish(exec.id());
      exits.forget(exec.id());
    }
  }
}
