package io.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.archive.CopyPath;
import io.fairlead.archive.EntryPath;
import io.fairlead.cli.CopyCommand.Side;
import io.fairlead.cli.CopyPlan.Destination;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What docker's manual says of the two sides of a copy. */
class CopyPlanTest {

  @ParameterizedTest(name = "folder {0} to {1}, {2}")
  @CsvSource({
    "false, /a/new,   NOTHING, /a,   new",
    "false, /new,     NOTHING, /,    new",
    "false, /a/old,   FILE,    /a,   old",
    "false, /a/dir,   FOLDER,  /a/dir, ''",
    "false, /a/dir/,  FOLDER,  /a/dir/, ''",
    "true,  /a/new,   NOTHING, /a,   new",
    "true,  /a/new/,  NOTHING, /a,   new",
    "true,  /a/dir,   FOLDER,  /a/dir, ''",
    "true,  /a/dir/., FOLDER,  /a/dir/., ''",
  })
  void aCopyGoes(
      boolean isFolder, String path, Destination destination, String folder, String name) {
    var plan = CopyPlan.of(isFolder, new CopyPath(path), destination);

    assertThat(plan)
        .isEqualTo(new CopyPlan(folder, name.isEmpty() ? Optional.empty() : Optional.of(name)));
  }

  @ParameterizedTest(name = "folder {0} to {1}, {2}")
  @CsvSource({
    "true,  /a/file, FILE,    cannot copy directory",
    "false, /a/new/, NOTHING, no such directory",
    "true,  /new/.,  NOTHING, no such directory",
  })
  void aCopyIsRefused(boolean isFolder, String path, Destination destination, String words) {
    assertThatThrownBy(() -> CopyPlan.of(isFolder, new CopyPath(path), destination))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(words);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "c:/x,   c, /x",
    "c:x:y,  c, x:y",
    "/c:x,   '', /c:x",
    "./c:x,  '', ./c:x",
    "-,      '', -",
    "plain,  '', plain",
    ":x,     '', :x",
  })
  void aSideIsHereOrInAContainer(String text, String container, String path) {
    assertThat(Side.parse(text)).isEqualTo(new Side(container, path));
  }

  @ParameterizedTest(name = "{0}: {1} as {2}")
  @CsvSource({
    "d, d,     new, new",
    "d, d/x,   new, new/x",
    "d, dd/x,  new, dd/x",
    "d, d/x,   '',  d/x",
    "., ./x,   new, new/x",
    "., .,     new, new",
    "/, /x,    new, new/x",
  })
  void anEntryIsRenamed(String base, String path, String name, String renamed) {
    var rename = CopyCommand.rename(base, name.isEmpty() ? Optional.empty() : Optional.of(name));

    assertThat(rename.apply(EntryPath.parseInRoot(path)).toString()).isEqualTo(renamed);
  }
}
