package io.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
  private final List<String> set = new ArrayList<>();

  private final Usage usage =
      Usage.of("try", "A command for this test")
          .flag("-i, --interactive", "", on -> set.add("i=" + on))
          .flag("-t, --tty", "", on -> set.add("t=" + on))
          .option("-n, --name", "NAME", "", value -> set.add("n=" + value))
          .arguments("THING...", 0, 3);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--name x a      | n=x         | a",
        "--name=x a      | n=x         | a",
        "a -n x b        | n=x         | a b",
        "-nx             | n=x         | ''",
        "-n=x            | n=x         | ''",
        "-it             | i=true t=true | ''",
        "-itnx a         | i=true t=true n=x | a",
        "-itn x a        | i=true t=true n=x | a",
        "--tty=false     | t=false     | ''",
        "--name= a       | n=          | a",
        "-i -- -t --name | i=true      | -t --name",
        "-               | ''          | -",
      })
  void flagsMayBeWrittenInEachOfDockersWays(String words, String flags, String arguments) {
    var result = Arguments.parse(usage, List.of(words.split(" ", -1)));

    assertThat(String.join(" ", set)).isEqualTo(flags);
    assertThat(String.join(" ", result.arguments())).isEqualTo(arguments);
  }

  @Test
  void flagsAfterTheFirstArgumentAreTheContainersWhereTheUsageSaysSo() {
    var result = Arguments.parse(usage.endedByArgument(), List.of("-i", "image", "-t", "--help"));

    assertThat(set).containsExactly("i=true");
    assertThat(result.arguments()).containsExactly("image", "-t", "--help");
    assertThat(result.isHelpWanted()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--bad     | unknown flag: --bad (see 'fairlead try --help')",
        "-ix       | unknown flag: -x in -ix (see 'fairlead try --help')",
        "--name    | flag needs a value: --name (see 'fairlead try --help')",
        "--tty=so  | -t, --tty is true or false, not 'so'",
        "a b c d   | 'd' is one argument too many (see 'fairlead try --help')",
      })
  void whatTheUsageDoesNotHaveIsRefused(String words, String message) {
    assertThatThrownBy(() -> Arguments.parse(usage, List.of(words.split(" ", -1))))
        .isInstanceOf(CommandFailure.class)
        .hasMessage(message);
  }

  @Test
  void helpIsGivenHoweverWrongTheRestIs() {
    Usage needsOne = Usage.of("try", "").arguments("THING", 1, 1);

    assertThat(Arguments.parse(needsOne, List.of("--help")).isHelpWanted()).isTrue();
    assertThatThrownBy(() -> Arguments.parse(needsOne, List.of()))
        .hasMessageStartingWith("THING is missing");
  }

  @Test
  void everyCommandHasHelpThatNamesItsFlags() {
    Commands.table()
        .forEach(
            (name, command) ->
                assertThat(Help.of(command.get().usage()))
                    .contains("Usage: fairlead " + name)
                    .contains("--help"));
  }
}
