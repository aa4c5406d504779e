package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Copies by the docker command and by ours: the same for both. */
@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class CopyTest {
  private static final List<String> COMMANDS = List.of("docker", "fairlead");

  @TempDir private Path folder;
  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeAll
  void open() {
    host = TestHost.create("copy");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    engine.wanted("sleep", "1000").name("box").start();
  }

  @AfterEach
  void removeOthers() {
    engine.containers().list().stream()
        .filter(container -> !container.name().equals("box"))
        .forEach(container -> engine.containers().remove(container.id(), true));
  }

  @AfterAll
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  /** Here: f, d/{x,sub/y}, lf -> f, ld -> d. In the container's /t: file, dir, lf, ld, broken. */
  private static final String BEFORE =
      """
      cd %s; rm -rf ./*; mkdir -p d/sub; echo new > f; echo x > d/x; echo y > d/sub/y; ln -s f lf; ln -s d ld
      docker exec box sh -c 'rm -rf /t; mkdir -p /t/dir; cd /t; echo old > file; echo in > dir/in; ln -s file lf;
        ln -s dir ld; ln -s nothing broken'
      """;

  /**
   * Into the container: from, to, and what is then found in /t besides what was there; or after an
   * exclamation mark what is said.
   */
  private static final String INTO =
      """
      f       | box:/t/new   | new=new
      f       | box:/t/file  | file=new
      f       | box:/t/dir   | dir/f=new
      f       | box:/t/dir/  | dir/f=new
      f       | box:t/new    | new=new
      f       | box:/t/lf    | file=new
      f       | box:/t/ld    | dir/f=new
      f       | box:/t/broken | nothing=new
      f       | box:/t/new/  | ! no such directory
      f       | box:/t/no/new | ! Could not find the file /t/no in container box
      d       | box:/t/new   | new/sub/y=y new/x=x
      d       | box:/t/new/  | new/sub/y=y new/x=x
      d       | box:/t/dir   | dir/d/sub/y=y dir/d/x=x
      d/      | box:/t/dir   | dir/d/sub/y=y dir/d/x=x
      d/.     | box:/t/dir   | dir/sub/y=y dir/x=x
      d/.     | box:/t/new   | new/sub/y=y new/x=x
      d       | box:/t/ld    | dir/d/sub/y=y dir/d/x=x
      d       | box:/t/file  | ! cannot copy directory
      lf      | box:/t/new   | new->f
      -L lf   | box:/t/new   | new=new
      -L lf   | box:/t/dir   | dir/lf=new
      -L ld   | box:/t/dir   | dir/ld/sub/y=y dir/ld/x=x
      ld/     | box:/t/new   | new/sub/y=y new/x=x
      nothing | box:/t/new   | ! no such file or directory
      f       | nobody:/x  | ! No such container: nobody
      f       | g          | ! must specify at least one container source
      box:/t    | box:/u       | ! copying between containers is not supported
      """;

  /** Out of it: from, to, and what is then found here besides what was there. */
  private static final String OUT =
      """
      box:/t/file   | new   | new=old
      box:/t/file   | f     | f=old
      box:/t/file   | d     | d/file=old
      box:/t/file   | d/    | d/file=old
      box:/t/file   | lf    | f=old
      box:/t/file   | ld    | d/file=old
      box:/t/file   | new/  | ! no such directory
      box:/t/file   | no/new | ! does not exist
      box:/t/dir    | new   | new/in=in
      box:/t/dir    | d     | d/dir/in=in
      box:/t/dir/.  | d     | d/in=in
      box:/t/dir/.  | new   | new/in=in
      box:/t/dir    | f     | ! cannot copy directory
      box:/t/lf     | new   | new->file
      -L box:/t/lf  | new   | new=old
      -L box:/t/lf  | d     | d/lf=old
      -L box:/t/ld  | new   | new/in=in
      -L box:/t/ld  | d     | d/ld/in=in
      box:/t/none   | new   | ! Could not find the file /t/none in container box
      box:/t/file/x | new   | ! not a directory
      """;

  static Stream<Arguments> into() {
    return rows(INTO);
  }

  static Stream<Arguments> out() {
    return rows(OUT);
  }

  private static Stream<Arguments> rows(String table) {
    return table
        .lines()
        .map(line -> line.split("\\|", -1))
        .flatMap(
            row ->
                COMMANDS.stream()
                    .map(
                        command ->
                            arguments(command, row[0].strip(), row[1].strip(), row[2].strip())));
  }

  private static final String LIST =
      """
      %s find . -type f -exec sh -c 'echo "${1#./}=$(cat "$1")"' x {} ';'
      find . -type l -exec sh -c 'echo "${1#./}->$(readlink "$1")"' x {} ';'
      """;

  @ParameterizedTest(name = "{0} cp {1} {2}")
  @MethodSource
  void into(String command, String from, String to, String after) {
    String list =
        "docker exec box sh -c '%s'".formatted(LIST.formatted("cd /t;").replace("'", "'\\''"));

    check("%s cp %s %s".formatted(command, from, to), list, after);
  }

  @ParameterizedTest(name = "{0} cp {1} {2}")
  @MethodSource
  void out(String command, String from, String to, String after) {
    check("%s cp %s %s".formatted(command, from, to), LIST.formatted(""), after);
  }

  private void check(String copy, String list, String after) {
    String begin = BEFORE.formatted(folder);
    List<String> before = docker.shell(begin + list).succeeded().stdout().lines().toList();
    var ran = docker.shell(begin + copy + " || exit; " + list);

    if (after.startsWith("!")) {
      assertThat(ran.exitCode()).isEqualTo(1);
      assertThat(ran.stderr()).contains(after.substring(2));
    } else {
      var found = ran.succeeded().stdout().lines().filter(line -> !before.contains(line));
      assertThat(found).containsExactlyInAnyOrder(after.split(" ", -1));
    }
  }

  @ParameterizedTest
  @FieldSource("COMMANDS")
  void aTarGoesThroughStandardOutputAndInput(String command) {
    String piped =
        BEFORE.formatted(folder)
            + "%s cp box:/t/dir - | tar -t | sort; tar -c d | %s cp - box:/t; docker exec box cat /t/d/sub/y"
                .formatted(command, command);
    assertThat(docker.shell(piped).succeeded().stdout()).isEqualTo("dir/\ndir/in\ny\n");

    String wrong = "cd %s; tar -c d | %s cp - box:/t/file".formatted(folder, command);
    assertThat(docker.shell(wrong).stderr())
        .contains("destination \"box:/t/file\" must be a directory");
  }

  @ParameterizedTest
  @FieldSource("COMMANDS")
  void archiveModeGivesAllToTheContainersUser(String command) {
    docker.shell("docker run -d --name other -u www busybox sleep 1000").succeeded();
    String line =
        BEFORE.formatted(folder)
            + "chown 1234:5678 f; %s cp f other:/tmp/kept; %s cp -a f other:/tmp/given;"
                .formatted(command, command)
            + " docker exec other stat -c '%u:%g' /tmp/kept /tmp/given";

    assertThat(docker.shell(line).succeeded().stdout()).isEqualTo("1234:5678\n33:33\n");
  }

  @ParameterizedTest
  @FieldSource("COMMANDS")
  void whatAFileIsSurvivesBothWays(String command) {
    docker.shell(BEFORE.formatted(folder)).succeeded();
    String facts = "stat -c '%n %a %u:%g %Y %h %F'";
    String line =
        """
        mkdir w; cd w; echo x > setuid; chmod 4755 setuid; echo y > one; ln one two; mkfifo pipe; ln -s gone link
        mkdir -m 1777 sticky; echo > 'odd
        name'
        touch -d @1234567890 * ; touch -h -d @1234567890 link; cd ..
        docker exec box rm -rf /w
        """
            + "%s cp w box:/w; rm -rf back; %s cp box:/w back\n".formatted(command, command)
            + "(cd w; %s *); echo ==; docker exec -w /w box sh -c \"%s *\"; echo ==; (cd back; %s *)\n"
                .formatted(facts, facts, facts);
    String printed = docker.shell("cd " + folder + ";" + line).succeeded().stdout();

    String[] parts = printed.split("==\n", -1);
    assertThat(parts[0]).contains("setuid 4755", "one 644 0:0 1234567890 2", "pipe 644");
    assertThat(parts[1].lines().map(CopyTest::withoutWording))
        .isEqualTo(parts[0].lines().map(CopyTest::withoutWording).toList());
    assertThat(parts[2]).isEqualTo(parts[0]);
  }

  /** busybox has other words for the kinds of files. */
  private static String withoutWording(String line) {
    return line.replaceFirst("(\\d+ \\d+) [a-z ]+$", "$1");
  }

  @Test
  void aContainerInWhateverStateHasFiles() {
    String line =
        BEFORE.formatted(folder)
            + """
            docker create --name fresh busybox sleep 1000 >/dev/null
            docker run -d --name frozen busybox sleep 1000 >/dev/null; docker pause frozen >/dev/null
            docker run --name ended busybox true
            for n in fresh frozen ended; do docker cp f $n:/etc/f; docker cp $n:/etc/f - | tar -xO; done
            docker unpause frozen >/dev/null; docker exec frozen cat /etc/f
            docker start fresh >/dev/null; docker exec fresh cat /etc/f
            """;
    assertThat(docker.shell(line).succeeded().stdout()).isEqualTo("new\n".repeat(5));
  }

  @ParameterizedTest
  @FieldSource("COMMANDS")
  void whatIsChangedIsListedAndExported(String command) {
    String line =
        """
        docker run --name changed busybox sh -c 'echo x > /new; rm /etc/group; mkdir -p /var/a/b; touch /var/a/b/c;
          chmod 600 /etc/passwd; rm -r /www; mkdir /www; echo z > /www/page'
        """
            + "%s diff changed | sort -k 2; %s export changed | tar -t | grep -E '^(new|etc/group|var/a/b/c)$'"
                .formatted(command, command);

    assertThat(docker.shell(line).succeeded().stdout())
        .isEqualTo(
            """
            C /etc
            D /etc/group
            C /etc/passwd
            A /new
            C /var
            A /var/a
            A /var/a/b
            A /var/a/b/c
            C /www
            A /www/page
            new
            var/a/b/c
            """);
  }

  @ParameterizedTest
  @FieldSource("COMMANDS")
  void anExportIsAnImageAgain(String command) {
    String line =
        """
        docker run --name source busybox sh -c 'echo kept > /kept'
        %s export -o %s/e.tar source; docker import %s/e.tar again:1 >/dev/null
        docker run --rm again:1 cat /kept; docker rmi again:1 >/dev/null; %s export nobody
        """
            .formatted(command, folder, folder, command);
    var ran = docker.shell(line);

    assertThat(ran.stdout()).isEqualTo("kept\n");
    assertThat(ran.stderr()).contains("No such container: nobody");
  }
}
