package io.fairlead.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Input, live output and logs of running containers. */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamsTest {
  @SuppressWarnings("NullAway.Init")
  private Lab lab;

  @BeforeAll
  void open() throws Exception {
    lab = new Lab("auto");
  }

  @AfterAll
  void close() {
    lab.close();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void tenMegabytesGoInAndComeOut() throws Exception {
    var spec = lab.run("cat").input().spec();
    var sink = new CollectingSink();
    lab.runtime.create(spec);
    var attachment = lab.runtime.attach(spec.id(), sink);
    lab.runtime.start(spec.id());
    String piece = "0123456789abcdef".repeat(4096);
    int pieces = 160;
    for (int i = 0; i < pieces; i++) {
      attachment.write(bytes(piece));
    }
    attachment.closeInput();
    assertThat(lab.end(spec).code()).isZero();
    assertThat(sink.awaitEnd()).isTrue();
    assertThat(sink.bytes()).isEqualTo(10L << 20);
    assertThat(sink.text()).isEqualTo(piece.repeat(pieces));
    lab.runtime.delete(spec.id());
  }

  @Test
  void hundredClientsSeeTheSame() throws Exception {
    var spec = lab.script("read line; echo $line; echo bad >&2").input().spec();
    lab.runtime.create(spec);
    var sinks = new ArrayList<CollectingSink>();
    var attachments = new ArrayList<Attachment>();
    for (int i = 0; i < 100; i++) {
      var sink = new CollectingSink();
      sinks.add(sink);
      attachments.add(lab.runtime.attach(spec.id(), sink));
    }
    lab.runtime.start(spec.id());
    attachments.get(7).close();
    attachments.get(42).write(bytes("hello\n"));
    lab.end(spec);
    sinks.remove(7);
    for (var sink : sinks) {
      assertThat(sink.awaitEnd()).isTrue();
      assertThat(sink.text()).contains("hello\n", "!bad\n");
    }
    lab.runtime.delete(spec.id());
  }

  @Test
  void clientThatLeavesNeedNotWaitForTheContainerToRead() throws Exception {
    var spec = lab.launch(lab.run("sleep", "100").input());
    var attachment = lab.runtime.attach(spec.id(), new CollectingSink());
    Thread writer =
        Thread.ofVirtual()
            .name("writer")
            .start(() -> attachment.write(ByteBuffer.allocate(10 << 20)));
    assertThat(writer.join(Duration.ofMillis(500))).isFalse();
    attachment.close();
    assertThat(writer.join(Duration.ofSeconds(5))).isTrue();
    lab.runtime.delete(spec.id());
  }

  @Test
  void inputThatIsKeptOutlivesItsClients() throws Exception {
    var spec = lab.launch(lab.script("read a; read b; echo $a $b").keptInput());
    var first = lab.runtime.attach(spec.id(), new CollectingSink());
    first.write(bytes("one\n"));
    first.closeInput();
    first.close();
    lab.restart();
    var sink = new CollectingSink();
    lab.runtime.attach(spec.id(), sink).write(bytes("two\n"));
    assertThat(lab.end(spec).code()).isZero();
    assertThat(sink.awaitEnd()).isTrue();
    assertThat(sink.text()).isEqualTo("one two\n");
    lab.runtime.delete(spec.id());
  }

  @Test
  void aSlowClientLosesNothingAndHoldsUpNobody() throws Exception {
    var slow = new SlowSink();
    var spec = besideAQuickClient(slow, "cat /dev/zero | head -c 50000000; echo last");
    assertThat(lab.runtime.conmonPid(spec.id())).isEmpty();
    assertThat(slow.bytes()).isZero();
    lab.runtime.delete(spec.id());
    slow.read();
    assertThat(slow.awaitEnd()).isTrue();
    assertThat(slow.bytes()).isEqualTo(50_000_005);
    assertThat(slow.text()).endsWith("last\n");
    assertThat(slow.cutOff()).isEmpty();
  }

  @Test
  void aClientThatTakesNothingIsCutOffWhenItIsFarBehind() throws Exception {
    var slow = new SlowSink();
    var spec = besideAQuickClient(slow, "cat /dev/zero | head -c 50000000; echo last");
    slow.losePatience();
    assertThat(slow.awaitEnd()).isTrue();
    assertThat(slow.cutOff()).contains("more than 8 MiB behind");
    assertThat(slow.bytes()).isZero();
    lab.runtime.delete(spec.id());
  }

  @Test
  void aClientThatTakesNothingIsKeptWhileItIsNotFarBehind() throws Exception {
    var slow = new SlowSink();
    var spec = besideAQuickClient(slow, "head -c 5000000 /dev/zero; echo last");
    slow.losePatience();
    slow.read();
    assertThat(slow.awaitEnd()).isTrue();
    assertThat(slow.bytes()).isEqualTo(5_000_005);
    assertThat(slow.cutOff()).isEmpty();
    lab.runtime.delete(spec.id());
  }

  /** Runs a script to its end with both attached; the quick one gets all of it. */
  private ProcessSpec besideAQuickClient(SlowSink slow, String script) throws Exception {
    var spec = lab.script(script).spec();
    lab.runtime.create(spec);
    var quick = new CollectingSink();
    lab.runtime.attach(spec.id(), slow);
    lab.runtime.attach(spec.id(), quick);
    lab.runtime.start(spec.id());
    assertThat(lab.end(spec).code()).isZero();
    assertThat(quick.awaitEnd()).isTrue();
    assertThat(quick.text()).endsWith("last\n");
    return spec;
  }

  @Test
  void followedLogShowsEachPieceAtOnceAndEndsWithTheContainer() throws Exception {
    var spec = lab.launch(lab.script("printf name:; read n; echo hi $n; read x").input());
    var sink = new CollectingSink();
    Thread.ofVirtual()
        .name("follow")
        .start(() -> lab.runtime.readLog(spec.id(), spec.log(), Lab.FOLLOW, sink));
    var attachment = lab.runtime.attach(spec.id(), new CollectingSink());
    assertThat(sink.awaitText("name:")).isEqualTo("name:");
    attachment.write(bytes("ann\n"));
    assertThat(sink.awaitText("ann\n")).isEqualTo("name:hi ann\n");
    attachment.closeInput();
    assertThat(sink.awaitEnd()).isTrue();
    lab.runtime.delete(spec.id());
  }

  @Test
  void followEndsWhenItsThreadIsInterrupted() throws Exception {
    var spec = lab.launch(lab.run("sleep", "100"));
    var sink = new CollectingSink();
    Thread follower =
        Thread.ofVirtual()
            .name("follow")
            .start(() -> lab.runtime.readLog(spec.id(), spec.log(), Lab.FOLLOW, sink));
    follower.interrupt();
    assertThat(follower.join(Duration.ofSeconds(1))).isTrue();
    assertThat(sink.awaitEnd()).isTrue();
    lab.runtime.delete(spec.id());
  }

  @Test
  void tailIsTheLastLines() throws Exception {
    var spec = lab.launch(lab.script("for i in 1 2 3 4 5; do echo $i; done; printf end"));
    lab.end(spec);
    var sink = new CollectingSink();
    lab.runtime.readLog(spec.id(), spec.log(), Lab.log(false, OptionalInt.of(3)), sink);
    assertThat(sink.text()).isEqualTo("4\n5\nend");
    lab.runtime.delete(spec.id());
  }
}
