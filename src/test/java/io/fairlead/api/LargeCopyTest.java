package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon with a heap of 128 MiB copies 2 GiB out of a container, into one, and exports them. */
@Tag("acceptance")
@Timeout(900)
class LargeCopyTest {
  private static final long FILE_BYTES = 2L << 30;

  @TempDir Path folder;

  @Test
  void twoGibibytesGoThroughAHeapOf128Mebibytes() throws Exception {
    try (var host = TestHost.create("large");
        var engine = TestEngine.open(host)) {
      engine.wanted("truncate", "-s", "2G", "/large").name("full").run();
      engine.wanted("true").name("empty").create();
      engine.engine().close();
      Path socket = folder.resolve("api.sock");
      Process daemon = LargeImageTest.startDaemon(engine, host, socket);
      try {
        String docker = "docker -H unix://%s ".formatted(socket);
        String through =
            "%s cp full:/large - | %s cp - empty:/; %s cp empty:/large - | tar -xO | wc -c; %s rm full >&2; %s export empty | tar -xO large | wc -c"
                .formatted(docker, docker, docker, docker, docker);
        assertThat(LargeImageTest.shell(host, through))
            .isEqualTo("%d\n%d\n".formatted(FILE_BYTES, FILE_BYTES));
      } finally {
        daemon.destroy();
        assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
      engine.restart();
      // The daemon's log, which is not the engine's.
      Files.delete(engine.config().dataRoot().resolveSibling("data.log"));
    }
  }
}
