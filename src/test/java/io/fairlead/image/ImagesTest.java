package io.fairlead.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.store.LayerRow;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
  @TempDir Path dataRoot;
  private Store store;
  private Images images;

  @BeforeEach
  void open() {
    store = Store.open(dataRoot.resolve("fairlead.db"));
    images = Images.open(store, dataRoot, Images.Listener.NONE, _ -> {});
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Image importFile(String tag, String content, String... changes) {
    return images.importRoot(
        new Tars().file("file", content).stream(), Optional.of(tag), "", List.of(changes));
  }

  private Path layer(Image image) {
    var row = store.read(records -> records.layer(image.layers().getLast())).orElseThrow();
    return dataRoot.resolve("image/layers").resolve(row.directory());
  }

  private List<Path> layersOnDisk() throws IOException {
    try (var found = Files.list(dataRoot.resolve("image/layers"))) {
      return found.toList();
    }
  }

  @Test
  void anImportedRootIsAnImageOfOneLayer() throws IOException {
    byte[] tar = new Tars().directory("etc/").file("etc/motd", "hello\n").bytes();
    var image =
        images.importRoot(
            new ByteArrayInputStream(tar),
            Optional.of("docker.io/library/mine"),
            "by hand",
            List.of("CMD [\"sh\"]", "EXPOSE 80", "ENV A=b"));

    assertThat(image.tags()).containsExactly("mine:latest");
    assertThat(image.layers()).containsExactly(Digests.of(tar));
    assertThat(image.comment()).isEqualTo("by hand");
    assertThat(image.config().command()).containsExactly("sh");
    assertThat(image.config().exposedPorts()).containsExactly("80/tcp");
    assertThat(image.config().environment()).containsExactly("A=b");
    assertThat(image.sizeBytes()).isEqualTo(6);
    assertThat(layer(image).resolve("etc/motd")).hasContent("hello\n");
    assertThat(images.find("mine")).isEqualTo(image);
  }

  @Test
  void anImageIsFoundByTagIdAndPrefix() {
    var image = importFile("localhost:5000/team/app:1.0", "x");
    String hex = image.id().substring("sha256:".length());

    for (var reference :
        List.of(
            "localhost:5000/team/app:1.0",
            image.id(),
            hex,
            hex.substring(0, 12),
            "sha256:" + hex.substring(0, 7))) {
      assertThat(images.find(reference).id()).as(reference).isEqualTo(image.id());
    }
    assertThatThrownBy(() -> images.find("nosuch"))
        .isInstanceOf(NotFound.class)
        .hasMessage("No such image: nosuch:latest");
    assertThatThrownBy(() -> images.find("UPPER/x")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> images.find("a b"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("invalid reference format");
  }

  @Test
  void whatACrashLeftHalfMadeIsRemovedAtOpen() throws IOException {
    var image = importFile("kept", "x");
    Path root = dataRoot.resolve("image");
    Files.createDirectories(root.resolve("unpacking/12345/deep"));
    Files.writeString(root.resolve("unpacking/12345/deep/file"), "half");
    Files.createDirectories(root.resolve("layers/0123456789abcdef"));

    images = Images.open(store, dataRoot, Images.Listener.NONE, _ -> {});

    assertThat(root.resolve("unpacking")).isEmptyDirectory();
    assertThat(layersOnDisk()).containsExactly(layer(image));
    assertThat(images.list()).containsExactly(image);
  }

  @Test
  void aDirectoryThatALaterEntryReplacesLosesItsTimes() {
    var tars = new Tars().directory("a/").directory("a/b/").file("a", "x").directory("c/d/");
    var image =
        images.importRoot(tars.symlink("c", "..").stream(), Optional.empty(), "", List.of());
    assertThat(layer(image).resolve("a")).hasContent("x");
    assertThat(layer(image).resolve("c")).isSymbolicLink();
  }

  @Test
  void aTagMovesToTheNewerImage() {
    var old = importFile("app", "1");
    var young = importFile("app", "2");

    assertThat(images.find("app").id()).isEqualTo(young.id());
    assertThat(images.find(old.id()).tags()).isEmpty();
  }

  @Test
  void aLayerGoesWithTheLastImageThatHasIt() throws IOException {
    var first = importFile("first", "same", "ENV A=1");
    importFile("second", "same", "ENV A=2");

    var removed = images.remove("first", false, _ -> false);
    assertThat(removed)
        .containsExactly(
            new Images.Removed(Optional.of("first:latest"), Optional.empty()),
            new Images.Removed(Optional.empty(), Optional.of(first.id())));
    assertThat(layersOnDisk()).hasSize(1);

    assertThat(images.remove("second", false, _ -> false).getLast().deleted())
        .contains(first.layers().getFirst());
    assertThat(layersOnDisk()).isEmpty();
    assertThat(store.read(Records::layers)).isEqualTo(List.<LayerRow>of());
  }

  @Test
  void aBrokenImportLeavesNothing() {
    byte[] tar = new Tars().file("file", "x".repeat(2000)).bytes();
    var cut = new ByteArrayInputStream(tar, 0, 1500);
    assertThatThrownBy(() -> images.importRoot(cut, Optional.of("x"), "", List.of()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("the archive is truncated: it ends within entry \"file\"");

    assertThat(dataRoot.resolve("image/unpacking")).isEmptyDirectory();
    assertThat(images.list()).isEmpty();
  }
}
