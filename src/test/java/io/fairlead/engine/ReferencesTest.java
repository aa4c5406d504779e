package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.store.ContainerState;
import io.fairlead.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferencesTest {
  private static final String WEB = "ab12" + "0".repeat(60);
  private static final String DB = "ab34" + "0".repeat(60);

  @TempDir private Path folder;
  private Store store;

  @BeforeEach
  void twoContainers() {
    store = Store.open(folder.resolve("records.db"));
    store.update(
        records -> {
          records.put(Rows.of(WEB, "web", ContainerState.CREATED));
          // A name that is a prefix of the other's id too.
          records.put(Rows.of(DB, "ab1", ContainerState.CREATED));
        });
  }

  @AfterEach
  void close() {
    store.close();
  }

  @ParameterizedTest
  @CsvSource({"web, web", "/web, web", "ab12, web", "ab34, ab1", "ab1, ab1"})
  void aNameOrAPrefixMeansOne(String reference, String name) {
    assertThat(name(reference)).isEqualTo(name);
  }

  @Test
  void aWholeIdMeansItself() {
    assertThat(name(WEB)).isEqualTo("web");
  }

  @Test
  void aPrefixOfSeveralIsRefused() {
    assertThatThrownBy(() -> name("ab"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("multiple IDs found with provided prefix: ab");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody", "ff", "ab%", "AB12"})
  void nobodyIsFoundByAnythingElse(String reference) {
    assertThatThrownBy(() -> name(reference))
        .isInstanceOf(NotFound.class)
        .hasMessage("No such container: " + reference);
  }

  private String name(String reference) {
    return store.read(records -> References.resolve(records, reference)).name();
  }
}
