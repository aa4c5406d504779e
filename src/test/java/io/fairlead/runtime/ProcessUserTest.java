package io.fairlead.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessUserTest {
  @TempDir Path root = Path.of("/nowhere");

  @BeforeEach
  void fillRoot() throws IOException {
    Files.createDirectories(root.resolve("etc"));
    Files.writeString(
        root.resolve("etc/passwd"),
        """
        root:x:0:0:root:/root:/bin/sh
        # a comment, and a line that is none:
        ann:x:1000:100:Ann:/home/ann:/bin/sh
        bare:x:1001:100::
        """);
    Files.writeString(
        root.resolve("etc/group"),
        """
        root:x:0:
        users:x:100:
        wheel:x:10:root,ann
        docker:x:999:ann
        """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''          | 0    | 0     | 0 10       | /root
          root        | 0    | 0     | 0 10       | /root
          ann         | 1000 | 100   | 100 10 999 | /home/ann
          1000        | 1000 | 100   | 100 10 999 | /home/ann
          ann:wheel   | 1000 | 10    | 10         | /home/ann
          ann:5       | 1000 | 5     | 5          | /home/ann
          bare        | 1001 | 100   | 100        | /
          4711        | 4711 | 0     | 0          | /
          4711:users  | 4711 | 100   | 100        | /
          4711:        | 4711 | 0     | 0          | /
          """)
  void userIsLookedUpInTheRoot(String user, int uid, int gid, String groups, String home) {
    var found = ProcessUser.lookUp(root, user);
    assertThat(found.uid()).isEqualTo(uid);
    assertThat(found.gid()).isEqualTo(gid);
    assertThat(found.groups())
        .isEqualTo(List.of(groups.split(" ", -1)).stream().map(Integer::valueOf).toList());
    assertThat(found.home()).isEqualTo(home);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bob          | unable to find user bob: no matching entries in passwd file
          ann:staff    | unable to find group staff: no matching entries in group file
          -1           | uids and gids must be in range 0-2147483647
          99999999999  | uids and gids must be in range 0-2147483647
          ann:-2       | uids and gids must be in range 0-2147483647
          """)
  void unknownNamesAreRefusedInDockersWords(String user, String words) {
    assertThatThrownBy(() -> ProcessUser.lookUp(root, user)).hasMessage(words);
  }

  @Test
  void rootWithoutFilesHasNumbersOnly() throws IOException {
    Files.delete(root.resolve("etc/passwd"));
    Files.delete(root.resolve("etc/group"));
    assertThat(ProcessUser.lookUp(root, "").home()).isEqualTo("/");
    assertThat(ProcessUser.lookUp(root, "7:8").gid()).isEqualTo(8);
  }

  @ParameterizedTest
  @CsvSource({"/etc/real", "real", "../../../etc/real", "/../etc/./real"})
  void linksAreFollowedInsideTheRoot(String target) throws IOException {
    Files.move(root.resolve("etc/passwd"), root.resolve("etc/real"));
    Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of(target));
    assertThat(ProcessUser.lookUp(root, "ann").uid()).isEqualTo(1000);
  }

  @Test
  void linkToTheHostsFileIsNotTheHosts(@TempDir Path host) throws IOException {
    Path secret = Files.writeString(host.resolve("passwd"), "eve:x:0:0::/:/bin/sh\n");
    Files.delete(root.resolve("etc/passwd"));
    Files.createSymbolicLink(root.resolve("etc/passwd"), secret);
    assertThatThrownBy(() -> ProcessUser.lookUp(root, "eve")).hasMessageContaining("eve");
  }

  @Test
  void linksInACircleAreNoFile() throws IOException {
    Files.delete(root.resolve("etc/passwd"));
    Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("passwd"));
    assertThat(ProcessUser.lookUp(root, "5").uid()).isEqualTo(5);
  }
}
