package io.fairlead.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.store.Store;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is saved is what was loaded, byte by byte. */
class SaveTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path directory;
  private final List<Store> stores = new ArrayList<>();
  private Images images;

  @BeforeEach
  void open() throws IOException {
    images = openAt("first");
  }

  private Images openAt(String name) throws IOException {
    Path root = Files.createDirectories(directory.resolve(name));
    var store = Store.open(root.resolve("fairlead.db"));
    stores.add(store);
    return Images.open(store, root, Images.Listener.NONE, _ -> {});
  }

  @AfterEach
  void close() {
    stores.forEach(Store::close);
  }

  private Image imported(Tars tars, String tag) {
    return imported(tars.bytes(), tag);
  }

  private Image imported(byte[] tar, String tag) {
    return images.importRoot(new ByteArrayInputStream(tar), Optional.of(tag), "", List.of());
  }

  private static byte[] saved(Images images, String... names) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var saving = images.save(List.of(names))) {
      saving.writeTo(out);
    }
    return out.toByteArray();
  }

  private static Map<String, byte[]> entries(byte[] archive) throws IOException {
    var entries = new LinkedHashMap<String, byte[]>();
    try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        entries.put(entry.getName(), tar.readAllBytes());
      }
    }
    return entries;
  }

  private static byte[] blob(Map<String, byte[]> entries, String name) {
    return Objects.requireNonNull(entries.get(name), name);
  }

  /** The tar of an image's only layer, out of its archive. */
  private byte[] layerOf(Image image) throws IOException {
    return blob(entries(saved(images, image.id())), SavedImage.path(image.layers().getFirst()));
  }

  @Test
  void aLayersTarComesBackWithAllItsOddities() throws IOException {
    byte[] tar =
        new Tars()
            .directory("d/")
            .file("d/empty", "")
            .pax("mtime", "1.5")
            .file("d/one", "1".repeat(1000))
            .hardLink("d/second", "d/one")
            .symlink("link", "d")
            .file("link/through", "by a link")
            .file(".wh.gone", "")
            .file("d/.wh..wh..opq", "")
            .file("d/.wh.with-content", "nobody reads this")
            .pax("comment", "é")
            .file("last", "x".repeat(513))
            .bytes();
    assertThat(layerOf(imported(tar, "x:1"))).isEqualTo(tar);
  }

  @Test
  void whatComesBehindTheEndMarkComesBackToo() throws IOException {
    var out = new ByteArrayOutputStream();
    out.writeBytes(new Tars().file("f", "x").bytes());
    out.writeBytes(new byte[9000]);
    out.writeBytes("trailing".getBytes(UTF_8));
    byte[] tar = out.toByteArray();
    assertThat(layerOf(imported(tar, "x:1"))).isEqualTo(tar);
  }

  @Test
  void entriesThatReplaceEarlierOnesLoseNothing() throws IOException {
    byte[] tar =
        new Tars()
            .file("f", "first")
            .file("f", "second")
            .directory("d/")
            .file("d/inner", "inner 1")
            .file("d/inner", "inner 2")
            .file("d/other", "other")
            .file("d", "a file now")
            .directory("d/")
            .file("d/inner", "inner 3")
            .hardLink("h", "f")
            .file("h", "not linked any more")
            .symlink("f", "h")
            .bytes();
    assertThat(layerOf(imported(tar, "x:1"))).isEqualTo(tar);
  }

  @Test
  void idTagsAndBytesSurviveSaveLoadAndSave() throws IOException {
    var image = imported(new Tars().directory("d/").file("d/f", "content"), "x:1");
    images.tag("x:1", "registry.example.com:5000/y/z:2");
    byte[] archive = saved(images, "x:1", "registry.example.com:5000/y/z:2");

    var other = openAt("second");
    var loaded = other.load(new ByteArrayInputStream(archive));

    assertThat(loaded).singleElement().satisfies(i -> assertThat(i.id()).isEqualTo(image.id()));
    assertThat(other.find("x:1").tags()).containsExactly("registry.example.com:5000/y/z:2", "x:1");
    assertThat(saved(other, "x:1", "registry.example.com:5000/y/z:2")).isEqualTo(archive);
  }

  @Test
  void theArchiveIsAnOciLayoutToo() throws IOException {
    var image = imported(new Tars().file("f", "content"), "x:1");
    var entries = entries(saved(images, "x:1"));

    assertThat(new String(blob(entries, "oci-layout"), UTF_8)).contains("1.0.0");
    JsonNode index = JSON.readTree(blob(entries, "index.json"));
    JsonNode descriptor = index.path("manifests").path(0);
    assertThat(descriptor.path("annotations").path("io.containerd.image.name").asString())
        .isEqualTo("docker.io/library/x:1");
    byte[] manifest = blob(entries, SavedImage.path(descriptor.path("digest").asString()));
    assertThat(Digests.of(manifest)).isEqualTo(descriptor.path("digest").asString());
    assertThat(manifest).hasSize(descriptor.path("size").asInt());
    JsonNode layers = JSON.readTree(manifest).path("layers");
    assertThat(JSON.readTree(manifest).path("config").path("digest").asString())
        .isEqualTo(image.id());
    byte[] layer = blob(entries, SavedImage.path(layers.path(0).path("digest").asString()));
    assertThat(Digests.of(layer)).isEqualTo(image.layers().getFirst());
    assertThat(layer).hasSize(layers.path(0).path("size").asInt());
  }

  @Test
  void loadedByItsOciIndexAloneItIsTheSame() throws IOException {
    var image = imported(new Tars().file("f", "content"), "x:1");
    var entries = entries(saved(images, "x:1"));
    entries.keySet().removeAll(List.of("manifest.json", "repositories"));
    var tars = new Tars();
    entries.forEach(
        (name, content) -> {
          if (!name.endsWith("/")) {
            tars.file(name, 0644, content);
          }
        });
    var other = openAt("second");
    other.load(tars.stream());
    assertThat(other.find("x:1").id()).isEqualTo(image.id());
  }

  @Test
  void imagesThatShareALayerHaveItOnceInTheArchive() throws IOException {
    var one = imported(new Tars().file("f", "content"), "x:1");
    var two =
        images.importRoot(
            new Tars().file("f", "content").stream(), Optional.of("x:2"), "", List.of("CMD a"));
    assertThat(two.layers()).isEqualTo(one.layers());
    byte[] archive = saved(images, "x");
    assertThat(entries(archive).keySet().stream().filter(name -> name.startsWith("blobs/sha256/s")))
        .isEmpty();
    var other = openAt("second");
    other.load(new ByteArrayInputStream(archive));
    assertThat(other.list()).extracting(Image::tags).containsOnly(List.of("x:1"), List.of("x:2"));
  }

  @Test
  void aNameMeansAllItsTagsAndAnIdNone() throws IOException {
    var image = imported(new Tars().file("f", "content"), "x:1");
    images.tag("x:1", "x:2");
    images.tag("x:1", "y:1");
    assertThat(tags(saved(images, "x"))).containsExactly("x:1", "x:2");
    assertThat(tags(saved(images, "x:2"))).containsExactly("x:2");
    assertThat(tags(saved(images, image.id()))).isEmpty();
    assertThat(tags(saved(images, Digests.brief(image.id())))).isEmpty();
    assertThat(tags(saved(images, "y", "x:1"))).containsExactlyInAnyOrder("y:1", "x:1");
  }

  private static List<String> tags(byte[] archive) throws IOException {
    JsonNode manifest = JSON.readTree(blob(entries(archive), "manifest.json")).path(0);
    return ConfigJson.strings(manifest.path("RepoTags"));
  }

  @Test
  void whatIsNotThereIsNotSaved() {
    imported(new Tars().file("f", "content"), "x:1");
    for (String name : List.of("y", "x:2", "x:latest", "0123456789abcdef")) {
      assertThatThrownBy(() -> images.save(List.of("x:1", name)))
          .isInstanceOf(NotFound.class)
          .hasMessageStartingWith("No such image: " + name);
    }
    assertThatThrownBy(() -> images.save(List.of("X"))).isInstanceOf(InvalidRequest.class);
  }

  @Test
  void anImageThatIsBeingSavedStaysUntilItIs() throws IOException {
    var image = imported(new Tars().file("f", "content"), "x:1");
    byte[] whole = saved(images, "x:1");
    var out = new ByteArrayOutputStream();
    try (var saving = images.save(List.of("x:1"))) {
      assertThat(images.remove("x:1", false, _ -> false))
          .contains(new Images.Removed(Optional.empty(), Optional.of(image.id())));
      assertThat(images.list()).isEmpty();
      saving.writeTo(out);
    }
    assertThat(out.toByteArray()).isEqualTo(whole);
    try (var left = Files.list(directory.resolve("first/image/layers"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aLayerThatWasChangedOnTheDiskIsNotPassedOffAsWhatItWas() throws IOException {
    imported(new Tars().file("f", "content"), "x:1");
    try (var all = Files.list(directory.resolve("first/image/layers"))) {
      Files.writeString(all.findFirst().orElseThrow().resolve("f"), "CONTENT");
    }
    try (var saving = images.save(List.of("x:1"))) {
      assertThatThrownBy(() -> saving.writeTo(OutputStream.nullOutputStream()))
          .isInstanceOf(EngineFault.class)
          .hasMessageContaining("is not what it was");
    }
  }
}
