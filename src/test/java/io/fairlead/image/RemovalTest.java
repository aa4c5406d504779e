package io.fairlead.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Conflict;
import io.fairlead.image.Images.User;
import io.fairlead.store.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules and the words of {@code docker rmi}. */
class RemovalTest {
  private static final User STOPPED = new User("abcdef0123456789abcdef", false);
  private static final User RUNNING = new User("0123456789abcdef012345", true);

  @TempDir Path dataRoot;
  private Store store;
  private Images images;
  private Image image;

  @BeforeEach
  void open() {
    store = Store.open(dataRoot.resolve("fairlead.db"));
    images = Images.open(store, dataRoot, Images.Listener.NONE);
    image = importAs("x:1");
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Image importAs(String tag) {
    return images.importRoot(new Tars().file("f", "x").stream(), Optional.of(tag), "", List.of());
  }

  private String brief() {
    return Digests.brief(image.id());
  }

  private Map<String, List<User>> usedBy(User... users) {
    return Map.of(image.id(), List.of(users));
  }

  private static Images.Removed untagged(String tag) {
    return new Images.Removed(Optional.of(tag), Optional.empty());
  }

  private static Images.Removed deleted(String id) {
    return new Images.Removed(Optional.empty(), Optional.of(id));
  }

  private void addSecondTag() {
    store.update(
        records -> {
          var row = records.image(image.id()).orElseThrow();
          records.put(
              new io.fairlead.store.ImageRow(
                  row.id(),
                  row.config(),
                  row.layers(),
                  List.of("x:1", "y:2"),
                  row.sizeBytes(),
                  row.createdAt()));
        });
  }

  @Test
  void theLastTagTakesTheImageAlong() {
    assertThat(images.remove("x:1", false, Map.of()))
        .containsExactly(untagged("x:1"), deleted(image.id()), deleted(image.layers().getFirst()));
    assertThat(images.list()).isEmpty();
  }

  @Test
  void oneTagOfTwoIsOnlyUntaggedWhoeverUsesIt() {
    addSecondTag();
    assertThat(images.remove("x:1", false, usedBy(RUNNING))).containsExactly(untagged("x:1"));
    assertThat(images.find("y:2").id()).isEqualTo(image.id());
  }

  @Test
  void theLastTagStaysWhileAContainerUsesIt() {
    assertThatThrownBy(() -> images.remove("x:1", false, usedBy(STOPPED)))
        .isInstanceOf(Conflict.class)
        .hasMessage(
            "conflict: unable to remove repository reference \"x:1\" (must force) - container"
                + " abcdef012345 is using its referenced image "
                + brief());
    assertThat(images.find("x:1")).isEqualTo(image);
  }

  @Test
  void byForceTheTagGoesAndContainersKeepTheImage() {
    assertThat(images.remove("x:1", true, usedBy(RUNNING))).containsExactly(untagged("x:1"));
    assertThat(images.find(image.id()).tags()).isEmpty();
  }

  @Test
  void anIdOfARunningContainersImageCannotBeForced() {
    for (boolean force : List.of(false, true)) {
      assertThatThrownBy(() -> images.remove(brief(), force, usedBy(STOPPED, RUNNING)))
          .isInstanceOf(Conflict.class)
          .hasMessage(
              "conflict: unable to delete %s (cannot be forced) - image is being used by running container 0123456789ab"
                  .formatted(brief()));
    }
  }

  @Test
  void anIdOfAStoppedContainersImageMustBeForced() {
    assertThatThrownBy(() -> images.remove(image.id(), false, usedBy(STOPPED)))
        .hasMessage(
            "conflict: unable to delete %s (must be forced) - image is being used by stopped container abcdef012345"
                .formatted(brief()));
    assertThat(images.remove(image.id(), true, usedBy(STOPPED))).containsExactly(untagged("x:1"));
    assertThat(images.find(image.id()).tags()).isEmpty();
  }

  @Test
  void anIdWithSeveralTagsMustBeForced() {
    addSecondTag();
    assertThatThrownBy(() -> images.remove(image.id(), false, Map.of()))
        .hasMessage(
            "conflict: unable to delete %s (must be forced) - image is referenced in multiple repositories"
                .formatted(brief()));
    assertThat(images.remove(image.id(), true, Map.of()))
        .containsExactly(
            untagged("x:1"),
            untagged("y:2"),
            deleted(image.id()),
            deleted(image.layers().getFirst()));
  }
}
