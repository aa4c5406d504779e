package io.fairlead.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.ChangeLog;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.StreamType;
import com.github.dockerjava.api.model.WaitResponse;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.fairlead.image.Tars;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * docker-java, as programs of the JVM use it, and Testcontainers inside: 1.32 is what the older
 * Testcontainers speak, 1.44 the newer.
 */
@Tag("client")
@ParameterizedClass(name = "version {0}")
@ValueSource(strings = {"1.32", "1.44", "1.51"})
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class DockerJavaTest {
  private static final String IMAGE = "busybox";

  @Parameter String version = "";
  private TestHost host;
  private TestEngine engine;
  private Docker docker;
  private DockerClient client;

  @BeforeAll
  void open() {
    host = TestHost.create("java");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    engine.wanted("true");
  }

  @BeforeEach
  void connect() {
    var config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost("unix://" + docker.socket())
            .withApiVersion(version)
            .build();
    var http = new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build();
    client = DockerClientImpl.getInstance(config, http);
  }

  @AfterEach
  void disconnect() throws IOException {
    engine.containers().list().forEach(each -> engine.containers().remove(each.id(), true));
    client.close();
  }

  @AfterAll
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  /** What a callback is given, in order. */
  private static final class Collected<T> extends ResultCallback.Adapter<T> {
    private final BlockingQueue<T> items = new LinkedBlockingQueue<>();

    @Override
    public void onNext(T item) {
      items.add(item);
    }

    List<T> toTheEnd() throws InterruptedException {
      assertThat(awaitCompletion(30, TimeUnit.SECONDS)).isTrue();
      return List.copyOf(items);
    }

    T next() throws InterruptedException {
      return assertThat(items.poll(30, TimeUnit.SECONDS)).isNotNull().actual();
    }
  }

  private static String text(List<Frame> frames, StreamType stream) {
    var text = new StringBuilder();
    frames.stream()
        .filter(frame -> frame.getStreamType() == stream)
        .forEach(frame -> text.append(new String(frame.getPayload(), UTF_8)));
    return text.toString();
  }

  private String created(String... command) {
    return client.createContainerCmd(IMAGE).withCmd(command).exec().getId();
  }

  private int exitCode(String id) {
    return client.waitContainerCmd(id).start().awaitStatusCode(30, TimeUnit.SECONDS);
  }

  @Test
  void theEngineIsThereAndSaysWhatItIs() {
    client.pingCmd().exec();
    assertThat(client.versionCmd().exec().getApiVersion()).isEqualTo("1.51");
    assertThat(client.infoCmd().exec().getOsType()).isEqualTo("linux");
    assertThat(client.listNetworksCmd().exec())
        .extracting(network -> network.getName())
        .contains("bridge", "host", "none");
    var bridge = client.inspectNetworkCmd().withNetworkId("bridge").exec();
    assertThat(bridge.getIpam().getConfig().getFirst().getGateway()).isEqualTo("172.17.0.1");
  }

  @Test
  void aContainerLivesFromCreateToRemoval() {
    String id =
        client
            .createContainerCmd(IMAGE)
            .withName("lived")
            .withCmd("sh", "-c", "trap 'exit 4' TERM; while true; do sleep 0.05; done")
            .withLabels(Map.of("a", "b"))
            .withEnv("X=y")
            .exec()
            .getId();
    client.startContainerCmd(id).exec();
    assertThatThrownBy(() -> client.startContainerCmd(id).exec())
        .isInstanceOf(NotModifiedException.class);
    InspectContainerResponse seen = client.inspectContainerCmd("lived").exec();
    assertThat(seen.getState().getRunning()).isTrue();
    assertThat(seen.getConfig().getEnv()).contains("X=y");
    assertThat(seen.getNetworkSettings().getNetworks())
        .hasEntrySatisfying(
            "bridge", bridge -> assertThat(bridge.getIpAddress()).startsWith("172.17.0."));
    assertThat(client.listContainersCmd().withLabelFilter(Map.of("a", "b")).exec())
        .singleElement()
        .satisfies(each -> assertThat(each.getNames()).containsExactly("/lived"));
    assertThatThrownBy(() -> client.removeContainerCmd(id).exec())
        .isInstanceOf(ConflictException.class);
    client.stopContainerCmd(id).withTimeout(10).exec();
    assertThat(exitCode(id)).isIn(4, 137); // the trap may not have been set yet
    client.removeContainerCmd(id).exec();
    assertThatThrownBy(() -> client.inspectContainerCmd(id).exec())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("No such container: " + id);
  }

  @Test
  void anExitCodeIsWaitedFor() throws InterruptedException {
    String id = created("sh", "-c", "exit 7");
    var waited = client.waitContainerCmd(id).exec(new Collected<WaitResponse>());
    client.startContainerCmd(id).exec();
    assertThat(waited.next().getStatusCode()).isIn(0, 7); // of a container that never ran: 0
    assertThat(exitCode(id)).isEqualTo(7);
  }

  @Test
  void logsComeWithTheirStreams() throws InterruptedException {
    String id = created("sh", "-c", "echo out; echo err >&2; sleep 0.2; echo last");
    client.startContainerCmd(id).exec();
    var frames =
        client
            .logContainerCmd(id)
            .withStdOut(true)
            .withStdErr(true)
            .withFollowStream(true)
            .exec(new Collected<Frame>())
            .toTheEnd();
    assertThat(text(frames, StreamType.STDOUT)).isEqualTo("out\nlast\n");
    assertThat(text(frames, StreamType.STDERR)).isEqualTo("err\n");
    var tail =
        client
            .logContainerCmd(id)
            .withStdOut(true)
            .withTail(1)
            .withTimestamps(true)
            .exec(new Collected<Frame>())
            .toTheEnd();
    assertThat(text(tail, StreamType.STDOUT)).matches("\\d{4}-\\d\\d-\\d\\dT\\S+Z last\n");
  }

  @Test
  void anAttachedClientGivesInputAndSeesOutput() throws InterruptedException {
    String id =
        client
            .createContainerCmd(IMAGE)
            .withCmd("cat")
            .withStdinOpen(true)
            .withStdInOnce(true)
            .withAttachStdin(true)
            .exec()
            .getId();
    var frames = new Collected<Frame>();
    client
        .attachContainerCmd(id)
        .withStdIn(new ByteArrayInputStream("through and back\n".getBytes(UTF_8)))
        .withStdOut(true)
        .withStdErr(true)
        .withFollowStream(true)
        .exec(frames);
    client.startContainerCmd(id).exec();
    assertThat(text(List.of(frames.next()), StreamType.STDOUT)).isEqualTo("through and back\n");
    client.killContainerCmd(id).exec();
    frames.toTheEnd();
  }

  @Test
  void eventsComeWhileTheyHappen() throws InterruptedException, IOException {
    try (var events =
        client
            .eventsCmd()
            .withEventTypeFilter(EventType.CONTAINER)
            .withLabelFilter("heard=yes")
            .exec(new Collected<Event>())) {
      // The listener is there once the first event arrives.
      var made = client.createContainerCmd(IMAGE).withLabels(Map.of("heard", "yes"));
      String first = made.withCmd("true").exec().getId();
      while (events.items.isEmpty()) {
        client.removeContainerCmd(first).exec();
        first = made.exec().getId();
      }
      client.startContainerCmd(first).exec();
      assertThat(exitCode(first)).isZero();
      client.removeContainerCmd(first).exec();
      String id = first;
      Event event = events.next();
      while (!event.getId().equals(id)) {
        event = events.next();
      }
      assertThat(List.of(event.getAction(), events.next().getAction(), events.next().getAction()))
          .containsExactly("create", "start", "die");
      Event last = events.next();
      assertThat(last.getAction()).isEqualTo("destroy");
      assertThat(last.getFrom()).isEqualTo(IMAGE);
      assertThat(last.getActor().getAttributes()).containsEntry("heard", "yes");
    }
  }

  @Test
  void aCommandIsExecutedInARunningContainer() throws InterruptedException {
    String id = created("sleep", "100");
    client.startContainerCmd(id).exec();
    String exec =
        client
            .execCreateCmd(id)
            .withCmd("sh", "-c", "echo in; echo err >&2; exit 5")
            .withAttachStdout(true)
            .withAttachStderr(true)
            .exec()
            .getId();
    var frames = client.execStartCmd(exec).exec(new Collected<Frame>()).toTheEnd();
    assertThat(text(frames, StreamType.STDOUT)).isEqualTo("in\n");
    assertThat(text(frames, StreamType.STDERR)).isEqualTo("err\n");
    assertThat(client.inspectExecCmd(exec).exec().getExitCodeLong()).isEqualTo(5);
  }

  @Test
  void publishedPortsAreTold() {
    var port = ExposedPort.tcp(80);
    String id =
        client
            .createContainerCmd(IMAGE)
            .withCmd("sleep", "100")
            .withExposedPorts(port)
            .withHostConfig(HostConfig.newHostConfig().withPortBindings(PortBinding.parse("80")))
            .exec()
            .getId();
    client.startContainerCmd(id).exec();
    var bindings =
        client.inspectContainerCmd(id).exec().getNetworkSettings().getPorts().getBindings();
    assertThat(bindings)
        .hasEntrySatisfying(
            port, places -> assertThat(Integer.parseInt(places[0].getHostPortSpec())).isPositive());
  }

  @Test
  void imagesAreImportedTaggedSavedLoadedAndRemoved() throws Exception {
    String id;
    try (var saved = client.saveImageCmd(IMAGE).exec()) {
      byte[] archive = saved.readAllBytes();
      client.tagImageCmd(IMAGE, "other", "1").exec();
      id = client.inspectImageCmd("other:1").exec().getId();
      client.loadImageCmd(new ByteArrayInputStream(archive)).exec();
    }
    assertThat(client.inspectImageCmd(IMAGE).exec().getId()).isEqualTo(id);
    assertThat(client.listImagesCmd().withFilter("reference", List.of("other:1")).exec())
        .singleElement()
        .satisfies(image -> assertThat(image.getRepoTags()).contains("other:1"));
    client.removeImageCmd("other:1").exec();
    assertThatThrownBy(() -> client.inspectImageCmd("other:1").exec())
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void filesAreCopiedInAndOut() throws IOException {
    String id = created("true");
    var archive = new Tars().directory("d/").file("d/f", "copied");
    client
        .copyArchiveToContainerCmd(id)
        .withTarInputStream(archive.stream())
        .withRemotePath("/tmp")
        .exec();
    try (var tar =
        new TarArchiveInputStream(client.copyArchiveFromContainerCmd(id, "/tmp/d/f").exec())) {
      assertThat(tar.getNextEntry().getName()).isEqualTo("f");
      assertThat(new String(tar.readAllBytes(), UTF_8)).isEqualTo("copied");
      assertThat(tar.getNextEntry()).isNull();
    }
    assertThatThrownBy(() -> client.copyArchiveFromContainerCmd(id, "/none").exec())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("Could not find the file /none in container " + id);
    assertThatThrownBy(
            () ->
                client
                    .copyArchiveToContainerCmd(id)
                    .withTarInputStream(archive.stream())
                    .withRemotePath("/etc/passwd")
                    .exec())
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("extraction point is not a directory");
  }

  @Test
  void filesOfThisMachineAreCopiedIn(@TempDir Path folder) throws IOException {
    String id = created("cat", "/tmp/file");
    Path file = Files.writeString(folder.resolve("file"), "from here");
    client
        .copyArchiveToContainerCmd(id)
        .withHostResource(file.toString())
        .withRemotePath("/tmp")
        .exec();
    try (var tar =
        new TarArchiveInputStream(client.copyArchiveFromContainerCmd(id, "/tmp/file").exec())) {
      assertThat(tar.getNextEntry().getSize()).isEqualTo(9);
    }
  }

  @Test
  void changesAreTyped() {
    String id = created("sh", "-c", "echo x > /new; rm /etc/group; chmod 600 /etc/passwd");
    client.startContainerCmd(id).exec();
    assertThat(exitCode(id)).isZero();

    assertThat(client.containerDiffCmd(id).exec())
        .extracting(ChangeLog::getPath, ChangeLog::getKind)
        .containsExactlyInAnyOrder(
            tuple("/etc", 0), tuple("/etc/group", 2), tuple("/etc/passwd", 0), tuple("/new", 1));
  }

  @Test
  void aLifeHasItsTurns() {
    String id = created("sleep", "100");
    client.startContainerCmd(id).exec();
    var top = client.topContainerCmd(id).exec();
    assertThat(top.getTitles()).contains("PID", "CMD");
    assertThat(top.getProcesses()).hasDimensions(1, top.getTitles().length);
    client.pauseContainerCmd(id).exec();
    assertThat(client.inspectContainerCmd(id).exec().getState().getPaused()).isTrue();
    client.unpauseContainerCmd(id).exec();
    client.renameContainerCmd(id).withName("other").exec();
    assertThat(client.inspectContainerCmd(id).exec().getName()).isEqualTo("/other");
    client.restartContainerCmd(id).withTimeout(0).exec();
    client.updateContainerCmd(id).withMemory(64L << 20).exec();
    assertThat(client.inspectContainerCmd(id).exec().getHostConfig().getMemory())
        .isEqualTo(64L << 20);
    client.resizeContainerCmd(id).withSize(20, 60).exec();
  }

  @Test
  void whatIsWrongHasDockersStatus() {
    assertThatThrownBy(() -> client.createContainerCmd("nosuch").exec())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("No such image: nosuch:latest");
    String id = created("true");
    assertThatThrownBy(() -> client.killContainerCmd(id).exec())
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("is not running");
    client.createContainerCmd(IMAGE).withName("taken").exec();
    assertThatThrownBy(() -> client.createContainerCmd(IMAGE).withName("taken").exec())
        .isInstanceOf(ConflictException.class);
    assertThatThrownBy(() -> client.createContainerCmd(IMAGE).withName("!").exec())
        .isInstanceOfSatisfying(
            DockerException.class, e -> assertThat(e.getHttpStatus()).isEqualTo(400));
  }
}
