package io.fairlead.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapabilitiesTest {
  /** All but SYS_RESOURCE, as in many a container. */
  private static final Set<String> GRANTABLE = Capabilities.ofMask(0x1fffeffffffL);

  private static Set<String> words(String text) {
    return text.isEmpty() ? Set.of() : new LinkedHashSet<>(List.of(text.split(" ", -1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''            | ''              | 14
          NET_ADMIN     | ''              | 15
          cap_net_admin | ''              | 15
          CHOWN         | ''              | 14
          ''            | CHOWN           | 13
          ''            | ALL             | 0
          ALL           | ''              | 40
          ALL           | CHOWN SYS_ADMIN | 38
          CHOWN         | ALL             | 1
          """)
  void addedAndDroppedAreCounted(String added, String dropped, int expected) {
    assertThat(Capabilities.resolve(words(added), words(dropped), false, GRANTABLE))
        .hasSize(expected);
  }

  @Test
  void privilegedGetsWhatTheEngineHas() {
    assertThat(Capabilities.resolve(Set.of(), Set.of("CHOWN"), true, GRANTABLE))
        .containsExactlyElementsOf(GRANTABLE);
  }

  @Test
  void unknownNameIsRefused() {
    assertThatThrownBy(() -> Capabilities.resolve(Set.of("FLY"), Set.of(), false, GRANTABLE))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("CAP_FLY");
  }

  @Test
  void whatTheEngineLacksIsRefusedWhenAskedForByName() {
    assertThatThrownBy(
            () -> Capabilities.resolve(Set.of("SYS_RESOURCE"), Set.of(), false, GRANTABLE))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("the engine itself runs without it");
  }
}
