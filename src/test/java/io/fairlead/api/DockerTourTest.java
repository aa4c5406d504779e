package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.linux.Trees;
import io.fairlead.testing.Command;
import io.fairlead.testing.DockerClient;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A tour of the real docker command: what a person types, a row a command, and what comes back. */
@Tag("client")
@ParameterizedClass
@EnumSource(DockerClient.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerTourTest {
  private static final String HELLO = "fairlead/hello";

  @Parameter private DockerClient client;
  private String programs;
  private Path folder;
  private TestHost host;
  private TestEngine engine;
  private ApiServer server;

  @BeforeParameterizedClassInvocation
  void open() throws IOException {
    folder = Files.createTempDirectory("fairlead-tour-");
    programs = client.folder();
    host = TestHost.create("host");
    engine = TestEngine.open(host);
    server =
        ApiServer.open(
            engine.engine(),
            List.of(URI.create("unix://" + folder.resolve("api.sock"))),
            Optional.empty());
    sh("docker run --rm " + HELLO + " true").succeeded();
  }

  @AfterEach
  void removeAll() {
    engine
        .containers()
        .list()
        .forEach(container -> engine.containers().remove(container.id(), true));
  }

  @AfterParameterizedClassInvocation
  void close() {
    server.close();
    engine.close();
    host.close();
    Trees.delete(folder);
  }

  private Command sh(String script) {
    return host.tryExec(
        "env",
        "DOCKER_HOST=unix://" + folder.resolve("api.sock"),
        "DOCKER_CONFIG=" + folder,
        "PATH=" + programs + ":" + System.getenv("PATH"),
        "sh",
        "-c",
        script);
  }

  @ParameterizedTest(name = "{0}: exit {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          docker run --rm IMAGE echo hi                          | 0   | hi
          docker run --rm IMAGE sh -c 'echo out; exit 7'          | 7   | out
          docker run --rm -e A=b -w /tmp -u 1:1 --hostname box IMAGE sh -c 'echo $A $(pwd) $(id -u) $(hostname)' | 0 | b /tmp 1 box
          docker run --rm --entrypoint echo IMAGE there           | 0   | there
          docker run --rm --network none IMAGE ip -o link         | 0   | LOOPBACK
          docker run --rm --network host IMAGE ip -o link         | 0   | docker0
          docker run --rm --privileged IMAGE grep CapEff /proc/self/status | 0 | 000001ff
          docker run --rm --cap-drop ALL IMAGE grep CapEff /proc/self/status | 0 | 0000000000000000
          docker run --rm --cap-drop ALL --cap-add NET_ADMIN IMAGE grep CapEff /proc/self/status | 0 | 0000000000001000
          docker run --rm -v /etc/hostname:/there:ro IMAGE sh -c 'cat /there >/dev/null && echo read' | 0 | read
          docker run --rm IMAGE nosuch                            | 127 | executable file not found
          docker run --rm IMAGE /etc                              | 126 | permission denied
          docker run --rm -p 99999:80 IMAGE true                  | 125 | nvalid
          docker run --rm --network nosuch IMAGE true             | 125 | network nosuch not found
          docker run --rm --network container:nosuch IMAGE true   | 125 | No such container: nosuch
          docker run --rm nosuch:1 true                           | 125 | nosuch:1
          docker run --rm -m 1m IMAGE true                        | 125 | Minimum memory limit allowed is 6MB
          docker stop nosuch                                      | 1   | No such container: nosuch
          docker inspect nosuch                                   | 1   | No such object: nosuch
          docker network inspect nosuch                           | 1   | nosuch
          docker rmi nosuch                                       | 1   | No such image: nosuch
          docker version --format '{{.Server.APIVersion}}'        | 0   | 1.51
          docker info --format '{{.Driver}}'                      | 0   | overlay2
          """)
  void answers(String command, int exitCode, String words) {
    var ran = sh(command.replace("IMAGE", HELLO));
    assertThat(ran.stdout() + ran.stderr()).contains(words);
    assertThat(ran.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void inputFlowsThroughAndEnds() {
    String file = folder.resolve("input").toString();
    sh("head -c 3000000 /dev/urandom > " + file).succeeded();
    Command echoed =
        sh("docker run --rm -i %s cat < %s | cmp - %s && echo same".formatted(HELLO, file, file));
    assertThat(echoed.stdout()).isEqualTo("same\n");
  }

  @Test
  void theLifeOfADetachedContainer() {
    String id =
        sh("docker run -d --name web -l a=b -p 8080:80 " + HELLO).succeeded().stdout().strip();
    assertThat(id).hasSize(64);
    assertThat(sh("docker ps").stdout()).contains("web", "0.0.0.0:8080->80/tcp", "Up ");
    assertThat(sh("docker port web").stdout()).contains("80/tcp -> 0.0.0.0:8080");
    assertThat(host.httpGet("http://127.0.0.1:8080/")).contains("Fairlead");
    assertThat(
            sh("docker inspect web --format '{{.State.Running}} {{.Config.Labels.a}} {{.NetworkSettings.IPAddress}}'")
                .stdout())
        .contains("true b 172.17.0.");
    assertThat(sh("docker ps -q --no-trunc --filter label=a=b").stdout().strip()).isEqualTo(id);
    assertThat(sh("docker network inspect bridge").stdout())
        .contains("172.17.0.1", "\"Name\": \"web\"");
    assertThat(sh("docker run -d -p 8080:80 " + HELLO).stderr())
        .contains("port is already allocated", "container web");
    assertThat(sh("docker run --name web " + HELLO).stderr())
        .contains("Conflict. The container name \"/web\" is already in use by container");
    assertThat(sh("docker rm web").stderr()).contains("container is running");
    sh("docker stop -t 1 web").succeeded();
    assertThat(sh("docker ps -a").stdout()).contains("Exited (");
    assertThat(sh("docker start web && docker kill web").succeeded().stdout()).contains("web");
    sh("docker rm -f web").succeeded();
    assertThat(sh("docker ps -aq --filter name=web").stdout()).isEmpty();
  }

  @Test
  void logsAreFollowedToTheEnd() {
    sh("docker run -d --name talker "
            + HELLO
            + " sh -c 'for i in 1 2 3; do echo $i; sleep 0.2; done'")
        .succeeded();
    assertThat(sh("docker logs -f talker").succeeded().stdout()).isEqualTo("1\n2\n3\n");
    assertThat(sh("docker logs --tail 1 talker").stdout()).isEqualTo("3\n");
    assertThat(sh("docker wait talker").stdout()).isEqualTo("0\n");
  }

  @Test
  void anImportedAndALoadedImageRun() throws IOException {
    Path root = folder.resolve("root/bin");
    Files.createDirectories(root);
    sh("cp $(command -v busybox) %s/busybox && ln -s busybox %s/sh".formatted(root, root))
        .succeeded();
    sh("tar -C %s -c . | docker import -c 'CMD [\"sh\",\"-c\",\"echo imported\"]' - mine:1"
            .formatted(root.getParent()))
        .succeeded();
    assertThat(sh("docker run --rm mine:1").stdout()).isEqualTo("imported\n");

    sh("""
            cd %s && mkdir saved && tar -C root -cf saved/layer.tar . && cd saved
            printf '{"architecture":"amd64","os":"linux","config":{"Cmd":["sh","-c","echo loaded"]},"rootfs":{"type":"layers","diff_ids":["sha256:%%s"]}}' \
              $(sha256sum layer.tar | cut -d' ' -f1) > config.json
            echo '[{"Config":"config.json","RepoTags":["saved:2"],"Layers":["layer.tar"]}]' > manifest.json
            tar -c config.json manifest.json layer.tar | docker load
            """
            .formatted(folder))
        .succeeded();
    assertThat(sh("docker run --rm saved:2").stdout()).isEqualTo("loaded\n");
    assertThat(sh("docker images").stdout()).contains("mine", "saved");
    sh("docker rmi mine:1 saved:2").succeeded();
    assertThat(sh("docker images").stdout()).doesNotContain("mine", "saved");
    assertThat(sh("head -c 5000 %s/saved/layer.tar | docker load".formatted(folder)).exitCode())
        .isNotZero();
  }

  @Test
  void nothingIsLeft() {
    engine.markBaseline();
    for (int i = 0; i < 5; i++) {
      sh("docker run --rm -p 8080:80 " + HELLO + " true").succeeded();
    }
    engine.assertNothingLeft();
  }
}
