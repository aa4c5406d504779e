package io.fairlead.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.linux.Mounts;
import io.fairlead.linux.Trees;
import io.fairlead.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class RootsKernelTest {
  @TempDir Path directory;
  private Path dataRoot;
  private Store store;
  private Images images;
  private Roots roots;

  @BeforeEach
  void open() throws IOException {
    dataRoot = Files.createDirectory(directory.resolve("data"));
    Path execRoot = Files.createDirectory(directory.resolve("exec"));
    store = Store.open(dataRoot.resolve("fairlead.db"));
    images = Images.open(store, dataRoot, Images.Listener.NONE, _ -> {});
    roots = Roots.open(store, dataRoot, execRoot);
  }

  @AfterEach
  void close() {
    roots.sweep(Set.of(), Set.of());
    store.close();
  }

  @Test
  void aRootIsWrittenWithoutChangingItsImage() throws IOException {
    var image =
        images.importRoot(
            new Tars().file("file", "image").stream(), Optional.of("x"), "", List.of());
    assertThat(roots.driver()).isEqualTo("overlay2");

    Path root = roots.mount("c1", image, false);
    Files.writeString(root.resolve("file"), "container");
    assertThat(roots.mount("c1", image, false)).isEqualTo(root);
    Path other = roots.mount("c2", image, false);
    assertThat(other.resolve("file")).hasContent("image");

    roots.unmount("c1");
    assertThat(root).doesNotExist();
    assertThat(roots.mount("c1", image, false).resolve("file")).hasContent("container");
    roots.remove("c1");
    roots.remove("c1");
    assertThat(root).doesNotExist();
    assertThat(dataRoot.resolve("roots/c1")).doesNotExist();
  }

  @Test
  void aDisposableRootMayBeMountedAgain() throws IOException {
    var image =
        images.importRoot(
            new Tars().file("file", "image").stream(), Optional.of("x"), "", List.of());
    Path root = roots.mount("c1", image, true);
    Files.writeString(root.resolve("file"), "container");
    roots.unmount("c1");
    assertThat(roots.mount("c1", image, true).resolve("file")).hasContent("container");
  }

  @Test
  void removalNeverGoesThroughAMount() throws IOException {
    Path tree = Files.createDirectories(directory.resolve("tree/below/mounted"));
    Path precious = Files.createDirectory(directory.resolve("precious"));
    Files.writeString(precious.resolve("file"), "x");
    Mounts.bind(precious, tree);
    try {
      assertThatThrownBy(() -> Trees.delete(directory.resolve("tree")))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("cannot remove");
      assertThat(precious.resolve("file")).exists();
    } finally {
      Mounts.unmount(tree);
    }
  }

  @Test
  void aSweepLeavesWhatRuns() {
    var image =
        images.importRoot(
            new Tars().file("file", "image").stream(), Optional.of("x"), "", List.of());
    Path running = roots.mount("running", image, false);
    Path stopped = roots.mount("stopped", image, false);
    Path gone = roots.mount("gone", image, false);

    roots.sweep(Set.of("running", "stopped"), Set.of("running"));

    assertThat(Mounts.isMounted(running)).isTrue();
    assertThat(stopped).doesNotExist();
    assertThat(gone).doesNotExist();
    assertThat(dataRoot.resolve("roots/stopped")).exists();
    assertThat(dataRoot.resolve("roots/gone")).doesNotExist();
  }
}
