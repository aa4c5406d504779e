package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Conflict;
import io.fairlead.NotFound;
import io.fairlead.testing.HeldConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A sandbox is the engine's: it outlives the container that asked for it as long as somebody is in
 * it, and that one's ports come and go with it alone. The rows of the table of a sandbox's life:
 *
 * <ol>
 *   <li>its owner starts first time: all is made
 *   <li>its owner restarts, or dies and will be brought back: all stays, ports too
 *   <li>its owner is stopped, a member still runs: all stays but the ports, which are back at its
 *       next start
 *   <li>its owner is stopped, and nobody runs: all goes, and the owner gets the same address again
 *   <li>its owner is removed, a member still runs: all stays but the ports, until the last leaves
 *   <li>(is about networks of one's own)
 *   <li>a container joins through a stopped owner: it does, while the sandbox lives
 *   <li>the last member leaves: all goes
 * </ol>
 */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SandboxLifeTest {
  private SandboxLab lab;

  @BeforeAll
  void open() {
    lab = new SandboxLab();
  }

  @AfterEach
  void removeAll() {
    lab.removeAll();
  }

  @AfterAll
  void close() {
    lab.close();
  }

  /**
   * Connections to a member by its address and out of it to another host, and where ports stay one
   * through the port: the same before and after, with bytes flowing meanwhile that all arrive.
   */
  @ParameterizedTest(name = "row {0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2 | restart owner                                   | stays     | open
          2 | crash owner                                     | stays     | open
          2 | restart owner, next engine, restart owner       | stays     | open
          2 | crash owner, next engine, crash owner           | stays     | open
          2 | crash owner between engines                     | withdrawn | open
          3 | stop owner                                      | withdrawn | refused
          3 | stop owner, next engine                         | withdrawn | refused
          3 | stop owner, start owner                         | withdrawn | open
          3 | stop owner, next engine, start owner            | withdrawn | open
          5 | remove owner                                    | withdrawn | refused
          5 | remove owner, next engine                       | withdrawn | refused
          7 | stop owner, join owner                          | withdrawn | refused
          7 | stop owner, next engine, join owner             | withdrawn | refused
          7 | stop owner, join owner, start owner             | withdrawn | open
          7 | remove owner, join member                       | withdrawn | refused
          """)
  void connectionsStay(int row, String deeds, String port, String after) throws Exception {
    lab.owner();
    lab.member();
    assertThat(lab.port()).isEqualTo("open");
    String sandbox = lab.sandbox();
    var held = new ArrayList<HeldConnection>(List.of(lab.connectByAddress(), lab.connectOut()));
    HeldConnection through = lab.connectByPort();
    through.awaitFlow();
    Optional<HeldConnection> withdrawn = Optional.of(through).filter(_ -> !port.equals("stays"));
    if (withdrawn.isEmpty()) {
      held.add(through);
    }
    held.forEach(HeldConnection::awaitFlow);
    List<String> ends = lab.connections(withdrawn);

    for (String deed : deeds.split(", ", -1)) {
      lab.act(deed);
    }

    held.forEach(HeldConnection::awaitFlow);
    assertThat(lab.connections(withdrawn)).isEqualTo(ends).hasSize(2 * held.size());
    assertThat(lab.sandbox()).isEqualTo(sandbox);
    assertThat(lab.port()).isEqualTo(after);
    for (HeldConnection connection : held) {
      connection.finish();
    }
    withdrawn.ifPresent(each -> assertThat(each.awaitFailure()).contains("reset"));
  }

  /** Also where nobody else is there, the owner comes back to the same sandbox. */
  @ParameterizedTest(name = "row 2, alone: {0}")
  @CsvSource({"restart owner", "crash owner", "crash owner between engines"})
  void anOwnerComesBackToItsSandbox(String deed) throws Exception {
    lab.owner();
    String sandbox = lab.sandbox();
    HeldConnection held = lab.connectToServerOfTheTest();
    held.awaitFlow();

    lab.act(deed);

    assertThat(lab.sandbox()).isEqualTo(sandbox);
    held.awaitFlow();
    held.finish();
  }

  @ParameterizedTest(name = "row {0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          4 | stop member, stop owner
          4 | stop owner, stop member
          4 | stop owner, next engine, stop member
          8 | stop owner, remove member
          8 | remove owner, stop member
          8 | remove owner, next engine, stop member
          8 | remove owner, join member, stop member, remove late
          """)
  void theSandboxGoesWithWhoLeavesLast(int row, String deeds) throws IOException {
    lab.assertNoSandbox();
    Path pin = Path.of(lab.owner().network().sandboxKey());
    String address = lab.address();
    lab.member();
    assertThat(pin).exists();
    assertThat(lab.port()).isEqualTo("open");

    for (String deed : deeds.split(", ", -1)) {
      lab.act(deed);
    }

    assertThat(pin).doesNotExist();
    assertThat(lab.port()).isEqualTo("refused");
    lab.assertNoSandbox();
    lab.other();
    if (deeds.contains("remove owner")) {
      assertThat(lab.owner().network().sandboxKey()).isNotEqualTo(pin.toString());
    } else {
      lab.act("start owner");
      assertThat(lab.address()).isEqualTo(address);
    }
  }

  @Test
  void rowOneNothingIsThereBeforeTheFirstStart() {
    lab.assertNoSandbox();
    var id = lab.wantedOwner().create();
    lab.assertNoSandbox();
    assertThat(lab.port()).isEqualTo("refused");

    lab.act("start owner");
    assertThat(Path.of(lab.find(id).network().sandboxKey())).exists();
    lab.member();
    assertThat(lab.port()).isEqualTo("open");
  }

  /** As Compose does it: the new owner has the old one's name and port at once. */
  @Test
  void theNextOwnerFindsItsNameAndPortFreeWhileMembersStay() throws Exception {
    lab.owner();
    lab.member();
    String address = lab.address();
    HeldConnection held = lab.connectByAddress();
    lab.act("remove owner");

    lab.owner();
    assertThat(lab.address()).isNotEqualTo(address);
    lab.echo("owner");
    assertThat(lab.port()).isEqualTo("open");
    held.awaitFlow();
    held.finish();
  }

  @Test
  void nobodyJoinsASandboxThatIsGone() {
    lab.owner();
    String late = lab.wantedLate("owner").create();
    lab.act("stop owner");
    assertThatThrownBy(() -> lab.start(late))
        .isInstanceOf(Conflict.class)
        .hasMessageContaining(
            "cannot join network namespace of a non running container: container owner is exited");

    lab.act("remove owner");
    assertThatThrownBy(() -> lab.start(late)).isInstanceOf(NotFound.class);
  }

  /** Whom it joined is known by id: a name may be another's when it starts again. */
  @Test
  void aMemberComesBackToItsOwnerByWhateverNameThatHas() {
    lab.owner();
    lab.member();
    String sandbox = lab.sandbox();
    lab.rename("owner", "before");
    lab.other("owner");
    lab.act("restart member");

    assertThat(lab.sandbox()).isEqualTo(sandbox);
  }

  /** It has not left the sandbox, through whomever it came there. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"restart member", "crash member", "crash member between engines"})
  void aMemberThatIsBroughtBackStaysInAnOwnerlessSandbox(String deed) throws Exception {
    lab.owner();
    lab.member();
    String sandbox = lab.sandbox();
    List<Object> files = lab.files("member");
    lab.act("remove owner");

    lab.act(deed);

    assertThat(lab.sandbox()).isEqualTo(sandbox);
    assertThat(lab.files("member")).isEqualTo(files);
    HeldConnection held = lab.connectByAddress();
    held.awaitFlow();
    held.finish();
  }

  @Test
  void whoJoinsAMemberOfAnOwnerlessSandboxHasItsFiles() {
    lab.owner();
    lab.member();
    lab.act("remove owner");
    lab.act("join member");

    assertThat(lab.files("late")).isEqualTo(lab.files("member"));
    assertThat(lab.hostname("late")).isEqualTo(lab.hostname("member"));
  }
}
