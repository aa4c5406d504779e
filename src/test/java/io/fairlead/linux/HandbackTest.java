package io.fairlead.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where the threads stand that carry virtual ones, in a JVM of its own that has none yet. */
@Tag("kernel")
class HandbackTest {
  private static final int CARRIERS = 64;

  /** What virtual threads wait for. */
  enum Elsewhere {
    NETWORK_THREAD,
    NETWORK_CALL,
    SPAWN
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsForAThreadElsewhereIsCarriedAtHome(Elsewhere elsewhere) {
    assertThat(namespacesOfCarriers(elsewhere.name())).containsExactly("1 1");
  }

  /** The threads of a whole machine are made by whoever wakes the first virtual thread for them. */
  private static List<String> namespacesOfCarriers(String elsewhere) {
    return Command.run(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djdk.virtualThreadScheduler.parallelism=" + CARRIERS,
                "-cp",
                System.getProperty("java.class.path"),
                HandbackTest.class.getName(),
                elsewhere))
        .succeeded()
        .stdout()
        .lines()
        .toList();
  }

  /** Prints in how many network and mount namespaces virtual threads have found themselves. */
  public static void main(String[] arguments) throws Exception {
    Set<Path> network = ConcurrentHashMap.newKeySet();
    Set<Path> mount = ConcurrentHashMap.newKeySet();
    try (var namespace = PrivateNamespace.make();
        var reactor = new Reactor("reactor");
        var thread = new NamespaceThread(namespace.namespace(), "elsewhere");
        var spawn = Spawn.open(namespace.namespace(), reactor, () -> {})) {
      Runnable wait =
          switch (Elsewhere.valueOf(arguments[0])) {
            case NETWORK_THREAD -> () -> thread.call(() -> true);
            case NETWORK_CALL -> () -> namespace.namespace().call("call", () -> true);
            case SPAWN -> () -> spawn.call(() -> {});
          };
      var waiting = new ArrayList<FutureTask<Boolean>>();
      for (int i = 0; i < CARRIERS * 4; i++) {
        var task =
            new FutureTask<>(
                () -> {
                  for (int turn = 0; turn < 20; turn++) {
                    wait.run();
                    network.add(Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
                    mount.add(Files.readSymbolicLink(Path.of("/proc/thread-self/ns/mnt")));
                  }
                  return true;
                });
        waiting.add(task);
        Thread.ofVirtual().start(task);
      }
      for (var task : waiting) {
        task.get();
      }
    }
    System.out.println(network.size() + " " + mount.size());
  }
}
