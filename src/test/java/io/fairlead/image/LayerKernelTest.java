package io.fairlead.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.linux.Directory;
import io.fairlead.linux.Mounts;
import io.fairlead.store.Store;
import io.fairlead.testing.Command;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of an archive survives, and how layers lie over each other, mounted and copied. */
@Tag("kernel")
class LayerKernelTest {
  @TempDir Path directory;
  private Path dataRoot;
  private Path execRoot;
  private Store store;
  private Images images;
  private final List<Roots> opened = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    dataRoot = Files.createDirectory(directory.resolve("data"));
    execRoot = Files.createDirectory(directory.resolve("exec"));
    openAt(dataRoot);
  }

  private void openAt(Path root) {
    store = Store.open(root.resolve("fairlead.db"));
    images = Images.open(store, root, Images.Listener.NONE, _ -> {});
  }

  private Roots roots(Path root) {
    var roots = Roots.open(store, root, execRoot);
    opened.add(roots);
    return roots;
  }

  @AfterEach
  void close() {
    opened.forEach(roots -> roots.sweep(Set.of(), Set.of()));
    store.close();
    Mounts.unmount(directory.resolve("stacked"));
  }

  private Path layerOf(Tars tars) {
    var image = images.importRoot(tars.stream(), Optional.empty(), "", List.of());
    var row = store.read(records -> records.layer(image.layers().getFirst())).orElseThrow();
    return dataRoot.resolve("image/layers").resolve(row.directory());
  }

  private static Map<String, Object> attributes(Path path) throws IOException {
    return Files.readAttributes(
        path, "unix:mode,uid,gid,rdev,ino,nlink,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void ownersModesTimesLinksAndDevicesSurvive() throws IOException {
    Path layer =
        layerOf(
            new Tars()
                .owner(1000, 2000)
                .directory("d/", 01750)
                .file("d/setuid", 04755, "x".getBytes(UTF_8))
                .pax("mtime", "1234567890.123456789")
                .file("d/exact", "y")
                .hardLink("d/second", "d/exact")
                .symlink("d/link", "/elsewhere")
                .device("d/null", '3', 1, 3)
                .device("d/disk", '4', 259, 70000)
                .device("d/fifo", '6', 0, 0));

    assertThat(attributes(layer.resolve("d")))
        .containsEntry("mode", 0041750)
        .containsEntry("uid", 1000)
        .containsEntry("gid", 2000);
    assertThat(Files.getLastModifiedTime(layer.resolve("d")).toMillis())
        .isEqualTo(1_700_000_000_000L);
    assertThat(attributes(layer.resolve("d/setuid"))).containsEntry("mode", 0104755);
    assertThat(Files.getLastModifiedTime(layer.resolve("d/exact")).toInstant())
        .isEqualTo("2009-02-13T23:31:30.123456789Z");
    assertThat(attributes(layer.resolve("d/second")))
        .containsEntry("nlink", 2)
        .containsEntry("ino", attributes(layer.resolve("d/exact")).get("ino"));
    assertThat(Files.readSymbolicLink(layer.resolve("d/link"))).hasToString("/elsewhere");
    assertThat(attributes(layer.resolve("d/link"))).containsEntry("uid", 1000);
    assertThat(stat("%F %t:%T", layer.resolve("d/null"))).isEqualTo("character special file 1:3");
    assertThat(stat("%F %t:%T", layer.resolve("d/disk"))).isEqualTo("block special file 103:11170");
    assertThat(stat("%F %a", layer.resolve("d/fifo"))).isEqualTo("fifo 640");
  }

  private static String stat(String format, Path path) {
    return Command.run(List.of("stat", "-c", format, path.toString())).stdout().strip();
  }

  @Test
  void whatIsSavedAndLoadedElsewhereIsTheSameOnTheDisk() throws IOException {
    byte[] capability = HexFormat.of().parseHex("0100000280200000000000000000000000000000");
    var image =
        images.importRoot(
            new Tars()
                    .owner(1000, 2000)
                    .directory("d/", 01750)
                    .file("d/setuid", 06755, "x".getBytes(UTF_8))
                    .pax("SCHILY.xattr.security.capability", capability)
                    .file("d/capable", "c")
                    .pax("SCHILY.xattr.user.note", "kept")
                    .pax("mtime", "1234567890.123456789")
                    .file("d/exact", "y")
                    .hardLink("d/second", "d/exact")
                    .symlink("d/link", "/elsewhere")
                    .device("d/null", '3', 1, 3)
                    .device("d/disk", '4', 259, 70000)
                    .device("d/fifo", '6', 0, 0)
                    .directory("opaque/")
                    .file("opaque/.wh..wh..opq", "")
                    .file("d/.wh.gone", "")
                    .stream(),
            Optional.of("all:1"),
            "",
            List.of());
    var archive = new ByteArrayOutputStream();
    try (var saving = images.save(List.of("all:1"))) {
      saving.writeTo(archive);
    }
    Path first = onlyLayer(dataRoot);
    store.close();
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    openAt(elsewhere);
    assertThat(images.load(new ByteArrayInputStream(archive.toByteArray())).getFirst().id())
        .isEqualTo(image.id());
    Path second = onlyLayer(elsewhere);

    String tree = tree(first);
    assertThat(tree)
        .contains(
            "d/gone character special file 0:0", "d/second regular file 0:0 644 1000:2000 2 ");
    assertThat(tree(second)).isEqualTo(tree);
    for (Path layer : List.of(first, second)) {
      assertThat(Directory.attribute(layer.resolve("d/capable"), "security.capability"))
          .contains(capability);
      assertThat(Directory.attribute(layer.resolve("d/exact"), "user.note"))
          .contains("kept".getBytes(UTF_8));
      assertThat(Directory.attribute(layer.resolve("opaque"), Marks.OPAQUE))
          .contains(new byte[] {'y'});
    }
  }

  private static Path onlyLayer(Path root) throws IOException {
    try (var layers = Files.list(root.resolve("image/layers"))) {
      return layers.findFirst().orElseThrow();
    }
  }

  /**
   * Each name with its type, device, permissions, owner, links, time and target. A mark has no
   * time.
   */
  private static String tree(Path layer) {
    return Command.run(
            List.of(
                "sh",
                "-c",
                "cd %s && find . -mindepth 1 | sort | cut -c3- | xargs stat -c '%%n %%F %%t:%%T %%a %%u:%%g %%h %%.9Y %%N'"
                    .formatted(layer)))
        .succeeded()
        .stdout()
        .replaceAll("(d/gone .*) \\d+\\.\\d+ ", "$1 ");
  }

  @Test
  void capabilitiesAndOtherAttributesSurviveAsBytes() {
    // cap_setuid,cap_net_raw=ep, as vfs_cap_data of linux/capability.h: 0x80 is no UTF-8
    byte[] capability = HexFormat.of().parseHex("0100000280200000000000000000000000000000");
    Path layer =
        layerOf(
            new Tars()
                .pax("SCHILY.xattr.security.capability", capability)
                .pax("SCHILY.xattr.user.note", "kept")
                .file("ping", 0755, "x".getBytes(UTF_8)));

    assertThat(Directory.attribute(layer.resolve("ping"), "security.capability"))
        .contains(capability);
    assertThat(Directory.attribute(layer.resolve("ping"), "user.note"))
        .contains("kept".getBytes(UTF_8));
  }

  @Test
  void namesThatAreNoUtf8AreKeptAndRemoved() throws IOException {
    byte[] name = {'n', (byte) 0xe9, 'm', '/', (byte) 0xff};
    Path layer = layerOf(new Tars().pax("path", name).file("short", "x"));
    assertThat(Command.run(List.of("find", layer.toString(), "-type", "f", "-size", "1c")).stdout())
        .isNotBlank();
    images.remove(images.list().getFirst().id(), false, _ -> false);
    assertThat(dataRoot.resolve("image/layers")).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "bzip2", "xz", "zstd"})
  void isTheSameLayerHoweverItIsPacked(String program) throws Exception {
    byte[] tar = new Tars().file("f", "x".repeat(100_000)).bytes();
    var process = new ProcessBuilder(program, "-c").start();
    try (var in = process.getOutputStream()) {
      in.write(tar);
    }
    var packed = new ByteArrayOutputStream();
    process.getInputStream().transferTo(packed);
    assertThat(packed.size()).isLessThan(tar.length);

    var image =
        images.importRoot(
            new ByteArrayInputStream(packed.toByteArray()), Optional.empty(), "", List.of());
    assertThat(image.layers()).containsExactly(Digests.of(tar));
  }

  private Image layered(Tars... layers) {
    var archive = new Tars();
    var names = new ArrayList<String>();
    var ids = new ArrayList<String>();
    for (int i = 0; i < layers.length; i++) {
      archive.file(i + ".tar", 0644, layers[i].bytes());
      names.add("\"" + i + ".tar\"");
      ids.add("\"" + Digests.of(layers[i].bytes()) + "\"");
    }
    archive.file(
        "c.json",
        "{\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}"
            .formatted(String.join(",", ids)));
    archive.file(
        "manifest.json",
        "[{\"Config\":\"c.json\",\"Layers\":[%s]}]".formatted(String.join(",", names)));
    return images.load(archive.stream()).getFirst();
  }

  private Image threeLayers() {
    return layered(
        new Tars()
            .file("deleted", "0")
            .file("kept", "0")
            .file("changed", "0")
            .file("folder/gone", "0")
            .file("hidden/gone", "0")
            .file("was-file", "0")
            .file("was-folder/x", "0")
            .file("twice/gone", "0"),
        new Tars()
            .file(".wh.deleted", "")
            .file("changed", "1")
            .file(".wh.folder", "")
            .file("hidden/.wh..wh..opq", "")
            .file("hidden/new", "1")
            .file("was-file/x", "1")
            .file("was-folder", "1")
            .file(".wh.twice", "")
            .file("twice/new", "1"),
        new Tars().file("folder/back", "2").symlink("link", "kept"));
  }

  private static void isAsItShallBe(Path root) {
    assertThat(root.resolve("deleted")).doesNotExist();
    assertThat(root.resolve("kept")).hasContent("0");
    assertThat(root.resolve("changed")).hasContent("1");
    assertThat(root.resolve("folder").toFile().list()).containsExactly("back");
    assertThat(root.resolve("hidden").toFile().list()).containsExactly("new");
    assertThat(root.resolve("was-file/x")).hasContent("1");
    assertThat(root.resolve("was-folder")).hasContent("1");
    assertThat(root.resolve("twice").toFile().list()).containsExactly("new");
    assertThat(root.resolve("link")).isSymbolicLink();
  }

  @Test
  void layersLieOverEachOther() {
    var roots = roots(dataRoot);
    assertThat(roots.driver()).isEqualTo("overlay2");
    isAsItShallBe(roots.mount("c", threeLayers(), false));
  }

  @Test
  void whereOverlayfsRefusesTheDataRootLayersAreCopied() throws IOException {
    // An upper directory on an overlay is what overlayfs always refuses.
    store.close();
    Path stacked = Files.createDirectory(directory.resolve("stacked"));
    for (var name : List.of("lower", "upper", "work")) {
      Files.createDirectory(directory.resolve(name));
    }
    new io.fairlead.linux.Overlay(directory, List.of("lower"), "upper", "work", false)
        .mount(stacked);
    openAt(stacked);

    var roots = roots(stacked);
    assertThat(roots.driver()).isEqualTo("vfs");
    assertThat(roots.reason()).startsWith("overlayfs cannot write to " + stacked);
    Path root = roots.mount("c", threeLayers(), false);
    isAsItShallBe(root);
    Files.writeString(root.resolve("kept"), "mine");
    roots.unmount("c");
    assertThat(roots.mount("c", images.list().getFirst(), false).resolve("kept"))
        .hasContent("mine");
    roots.remove("c");
    assertThat(stacked.resolve("roots/c")).doesNotExist();
  }

  @Test
  void aLayerThatIsTwiceInAnImageIsMountedOnce() {
    var same = new Tars().file("a", "1");
    var image = layered(same, new Tars().file(".wh.a", ""), same);
    assertThat(roots(dataRoot).mount("c", image, false).resolve("a")).hasContent("1");
  }

  @Test
  void aDataRootMayHaveOverlayfssSeparatorsInItsName() throws IOException {
    store.close();
    Path odd = Files.createDirectory(directory.resolve("a,b:c"));
    openAt(odd);
    var image =
        images.importRoot(new Tars().file("a", "1").stream(), Optional.empty(), "", List.of());
    var roots = roots(odd);
    assertThat(roots.driver()).isEqualTo("overlay2");
    assertThat(roots.mount("c", image, false).resolve("a")).hasContent("1");
  }

  @Test
  void asManyLayersAsDockerTakesAreMounted() {
    var layers = new Tars[127];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = new Tars().file("f" + i, "x").file("last", "" + i);
    }
    assertThat(roots(dataRoot).mount("c", layered(layers), false).resolve("last"))
        .hasContent("126");
  }
}
