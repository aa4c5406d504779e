package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two seconds after the last of many runs everything is as before the first. */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NothingLeftTest {
  private static final int AT_ONCE = 6;

  private TestHost host;
  private TestEngine engine;

  @BeforeAll
  void openAndWarmUp() throws IOException {
    host = TestHost.create("host");
    engine = TestEngine.open(host);
    runSideBySide();
    // The JVM keeps a socket for itself from its first connection on.
    try (var socket = new Socket()) {
      assertThat(socket.isConnected()).isFalse();
    }
    engine.markBaseline();
  }

  @AfterAll
  void close() {
    engine.close();
    host.close();
  }

  @Test
  void afterTwentyRuns() {
    run(20);
  }

  @Test
  @Tag("acceptance")
  void afterTwoHundredRuns() {
    run(200);
  }

  @Test
  void afterRunsSideBySide() {
    runSideBySide();
    engine.assertNothingLeft();
  }

  @Test
  void afterAConnectionWhosePeerVanishedFirst() throws IOException {
    var container =
        engine
            .wanted("sh", "-c", "yes | nc -l -p 80")
            .name("talker")
            .publish("", "8080", "80/tcp")
            .start();
    var far = TestHost.create("far");
    far.link(host, "10.9.0.2/24", "10.9.0.1/24");
    try (var socket = connected(far)) {
      // Nobody reads, so the container's side has data that nobody will ever acknowledge.
      far.exec("ip", "link", "set", "to-host", "down");
      assertThat(socket.isConnected()).isTrue();
    } finally {
      far.close();
    }
    engine.containers().remove(container.id(), true);

    engine.assertNothingLeft();
  }

  /** The server may not listen yet, and serves one connection only. */
  private static Socket connected(TestHost far) {
    return Awaitility.await()
        .ignoreExceptions()
        .until(() -> far.call(() -> tryConnect()), socket -> socket.isConnected());
  }

  private static Socket tryConnect() throws IOException {
    var socket = new Socket();
    try {
      socket.connect(new InetSocketAddress("10.9.0.1", 8080), 1000);
      if (socket.getInputStream().read() < 0) {
        throw new IOException("closed at once");
      }
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void run(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(engine.wanted("true").autoRemove().run().exit().code()).isZero();
    }
    engine.assertNothingLeft();
  }

  private void runSideBySide() {
    var steps = new ArrayList<Runnable>();
    for (int i = 0; i < AT_ONCE; i++) {
      String port = String.valueOf(9000 + i);
      String text = "run " + i;
      steps.add(
          () ->
              assertThat(
                      engine
                          .wanted("echo", text)
                          .publish("", port, "80/tcp")
                          .autoRemove()
                          .run()
                          .stdout())
                  .isEqualTo(text + "\n"));
    }
    Together.all("run", steps);
  }
}
