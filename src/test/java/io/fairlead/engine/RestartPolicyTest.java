package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each policy decides, and how long a container waits. */
class RestartPolicyTest {
  @ParameterizedTest
  @CsvSource({
    "no, 0, 1, 0, false, false",
    "always, 0, 0, 9, false, true",
    "always, 0, 1, 0, true, false",
    "unless-stopped, 0, 0, 0, false, true",
    "unless-stopped, 0, 0, 0, true, false",
    "on-failure, 0, 0, 0, false, false",
    "on-failure, 0, 1, 99, false, true",
    "on-failure, 2, 1, 1, false, true",
    "on-failure, 2, 1, 2, false, false",
    "on-failure, 2, 1, 0, true, false",
  })
  void anEndIsFollowedByARestartOrNot(
      String policy, int maximum, int exitCode, int restarts, boolean isStopped, boolean expected) {
    assertThat(RestartPolicy.of(policy, maximum).bringsBack(exitCode, restarts, isStopped))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "no, false, false",
    "always, false, true",
    "always, true, true",
    "unless-stopped, false, true",
    "unless-stopped, true, false",
    "on-failure, false, false",
  })
  void anEngineThatOpensStartsItOrNot(String policy, boolean isStopped, boolean expected) {
    assertThat(RestartPolicy.of(policy, 0).returnsWithEngine(isStopped)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, PT9S, PT0.1S",
    "PT0.1S, PT0S, PT0.2S",
    "PT0.2S, PT9.9S, PT0.4S",
    "PT0.4S, PT10S, PT0.1S",
    "PT51.2S, PT0S, PT1M",
    "PT1M, PT0S, PT1M",
  })
  void theWaitDoublesUntilOneHasRunForAWhile(Duration before, Duration ran, Duration expected) {
    assertThat(Restarts.next(Optional.of(before).filter(each -> !each.isZero()), ran))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "maybe | 0 | invalid restart policy: unknown policy 'maybe'; use one of 'no', 'always',"
            + " 'on-failure', or 'unless-stopped'",
        "always | 1 | invalid restart policy: maximum retry count can only be used with"
            + " 'on-failure'",
        "on-failure | -1 | invalid restart policy: maximum retry count cannot be negative",
      })
  void otherPoliciesAreRefused(String name, int maximum, String words) {
    assertThatThrownBy(() -> RestartPolicy.of(name, maximum))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(words);
  }
}
