package io.fairlead.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Conflict;
import io.fairlead.NotFound;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import io.fairlead.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules and the words of {@code docker rmi}. */
class RemovalTest {
  private static final String STOPPED = "abcdef0123456789abcdef";
  private static final String RUNNING = "0123456789abcdef012345";

  @TempDir Path dataRoot;
  private Store store;
  private Images images;
  private Image image;

  @BeforeEach
  void open() {
    store = Store.open(dataRoot.resolve("fairlead.db"));
    images = Images.open(store, dataRoot, Images.Listener.NONE, _ -> {});
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

  private List<Images.Removed> remove(String reference, boolean force, String... users) {
    store.update(
        records -> {
          for (String user : users) {
            records.put(container(user));
          }
        });
    return images.remove(reference, force, row -> row.id().equals(RUNNING));
  }

  private ContainerRow container(String id) {
    return new ContainerRow(
        id,
        id,
        image.id(),
        "{}",
        ContainerState.EXITED,
        null,
        0,
        0,
        0,
        false,
        "",
        Instant.EPOCH,
        null,
        null);
  }

  private static Images.Removed untagged(String tag) {
    return new Images.Removed(Optional.of(tag), Optional.empty());
  }

  private static Images.Removed deleted(String id) {
    return new Images.Removed(Optional.empty(), Optional.of(id));
  }

  private void addSecondTag() {
    images.tag(image.id(), "y:2");
  }

  @Test
  void theLastTagTakesTheImageAlong() {
    assertThat(remove("x:1", false))
        .containsExactly(untagged("x:1"), deleted(image.id()), deleted(image.layers().getFirst()));
    assertThat(images.list()).isEmpty();
  }

  @Test
  void oneTagOfTwoIsOnlyUntaggedWhoeverUsesIt() {
    addSecondTag();
    assertThat(remove("x:1", false, RUNNING)).containsExactly(untagged("x:1"));
    assertThat(images.find("y:2").id()).isEqualTo(image.id());
  }

  @Test
  void theLastTagStaysWhileAContainerUsesIt() {
    assertThatThrownBy(() -> remove("x:1", false, STOPPED))
        .isInstanceOf(Conflict.class)
        .hasMessage(
            "conflict: unable to remove repository reference \"x:1\" (must force) - container"
                + " abcdef012345 is using its referenced image "
                + brief());
    assertThat(images.find("x:1")).isEqualTo(image);
  }

  @Test
  void byForceTheTagGoesAndContainersKeepTheImage() {
    assertThat(remove("x:1", true, RUNNING)).containsExactly(untagged("x:1"));
    assertThat(images.find(image.id()).tags()).isEmpty();
  }

  @Test
  void anIdOfARunningContainersImageCannotBeForced() {
    for (boolean force : List.of(false, true)) {
      assertThatThrownBy(() -> remove(brief(), force, STOPPED, RUNNING))
          .isInstanceOf(Conflict.class)
          .hasMessage(
              "conflict: unable to delete %s (cannot be forced) - image is being used by running container 0123456789ab"
                  .formatted(brief()));
    }
  }

  @Test
  void anIdOfAStoppedContainersImageMustBeForced() {
    assertThatThrownBy(() -> remove(image.id(), false, STOPPED))
        .hasMessage(
            "conflict: unable to delete %s (must be forced) - image is being used by stopped container abcdef012345"
                .formatted(brief()));
    assertThat(remove(image.id(), true, STOPPED))
        .containsExactly(untagged("x:1"), deleted(image.id()));
    assertThatThrownBy(() -> images.find(image.id())).isInstanceOf(NotFound.class);
  }

  @Test
  void byForceAnImageGoesFromUnderAStoppedContainerWhichKeepsItsLayers() {
    assertThat(remove("x:1", true, STOPPED)).containsExactly(untagged("x:1"), deleted(image.id()));
    assertThat(images.list()).isEmpty();
    for (String name : List.of("x:1", image.id(), brief())) {
      assertThatThrownBy(() -> images.find(name)).isInstanceOf(NotFound.class);
    }
    images.sweep();
    assertThat(images.ofContainer(image.id()).layers()).isEqualTo(image.layers());
    assertThat(layerDirectories()).hasSize(1);

    store.update(records -> records.removeContainer(STOPPED));
    images.sweep();
    assertThatThrownBy(() -> images.ofContainer(image.id())).isInstanceOf(NotFound.class);
    assertThat(layerDirectories()).isEmpty();
  }

  @Test
  void anImageThatWasRemovedUnderAContainerCanBeLoadedAgain() {
    remove("x:1", true, STOPPED);
    var again = importAs("x:2");
    assertThat(again.layers()).isEqualTo(image.layers());
    store.update(records -> records.removeContainer(STOPPED));
    images.sweep();
    assertThat(images.find("x:2")).isEqualTo(again);
    assertThat(layerDirectories()).hasSize(1);
  }

  @Test
  void whatAnotherImageHasToStays() {
    var other =
        images.importRoot(new Tars().file("f", "x").stream(), Optional.of("o:1"), "o", List.of());
    assertThat(other.layers()).isEqualTo(image.layers());
    assertThat(remove("x:1", false)).containsExactly(untagged("x:1"), deleted(image.id()));
    assertThat(layerDirectories()).hasSize(1);
    assertThat(remove("o:1", false))
        .containsExactly(untagged("o:1"), deleted(other.id()), deleted(image.layers().getFirst()));
    assertThat(layerDirectories()).isEmpty();
  }

  private List<Path> layerDirectories() {
    try (var all = Files.list(dataRoot.resolve("image/layers"));
        var recipes = Files.list(dataRoot.resolve("image/recipes"))) {
      var found = all.toList();
      assertThat(recipes.toList()).hasSameSizeAs(found);
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void pruningTakesWhatNobodyUses() {
    var nameless =
        images.importRoot(new Tars().file("f", "yy").stream(), Optional.empty(), "", List.of());
    store.update(records -> records.put(container(STOPPED)));

    var pruned = images.prune(each -> each.tags().isEmpty());
    assertThat(pruned.removed())
        .containsExactly(deleted(nameless.id()), deleted(nameless.layers().getFirst()));
    assertThat(pruned.reclaimedBytes()).isEqualTo(2);

    assertThat(images.prune(_ -> true).removed()).isEmpty(); // a container is made of it
    store.update(records -> records.removeContainer(STOPPED));
    assertThat(images.prune(_ -> true).removed())
        .containsExactly(untagged("x:1"), deleted(image.id()), deleted(image.layers().getFirst()));
  }

  @Test
  void anIdWithSeveralTagsMustBeForced() {
    addSecondTag();
    assertThatThrownBy(() -> remove(image.id(), false))
        .hasMessage(
            "conflict: unable to delete %s (must be forced) - image is referenced in multiple repositories"
                .formatted(brief()));
    assertThat(remove(image.id(), true))
        .containsExactly(
            untagged("x:1"),
            untagged("y:2"),
            deleted(image.id()),
            deleted(image.layers().getFirst()));
  }
}
