package io.fairlead.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import io.fairlead.store.LayerRow;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadTest {
  private static final byte[] BASE = new Tars().file("base", "base").bytes();
  private static final byte[] TOP = new Tars().file("top", "top").bytes();

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

  private static String config(byte[]... layers) {
    var ids = java.util.Arrays.stream(layers).map(l -> "\"" + Digests.of(l) + "\"").toList();
    return """
    {"architecture":"%s","os":"linux","created":"2024-02-03T04:05:06.789Z",
     "config":{"Cmd":["/top"],"Env":["A=b"],"ExposedPorts":{"80/tcp":{}},"Labels":null},
     "rootfs":{"type":"layers","diff_ids":[%s]}, "odd" : [ ]}
    """
        .formatted(Platform.ofThisMachine().architecture(), String.join(",", ids));
  }

  private static Tars docker(String config, String... tags) {
    var quoted = java.util.Arrays.stream(tags).map(tag -> "\"" + tag + "\"").toList();
    return new Tars()
        .file("config.json", config)
        .directory("one/")
        .file("one/layer.tar", 0644, BASE)
        .file("two.tar", 0644, TOP)
        .symlink("three.tar", "one/layer.tar")
        .file(
            "manifest.json",
            "[{\"Config\":\"config.json\",\"RepoTags\":[%s],\"Layers\":[\"three.tar\",\"two.tar\"]}]"
                .formatted(String.join(",", quoted)));
  }

  private List<Image> load(byte[] archive) {
    return images.load(new ByteArrayInputStream(archive));
  }

  private void isRefused(Tars archive, String message) {
    assertThatThrownBy(() -> load(archive.bytes()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith(message);
    assertThat(dataRoot.resolve("image/unpacking")).isEmptyDirectory();
    assertThat(dataRoot.resolve("image/layers")).isEmptyDirectory();
    assertThat(images.list()).isEmpty();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  @Test
  void aDockerArchiveKeepsItsConfigurationToTheByte() throws IOException {
    String config = config(BASE, TOP);
    var loaded = load(gzip(docker(config, "app:1", "other/app:2").bytes()));

    assertThat(loaded).hasSize(1);
    var image = loaded.getFirst();
    assertThat(image.id()).isEqualTo(Digests.of(config.getBytes(UTF_8)));
    assertThat(image.tags()).containsExactly("app:1", "other/app:2");
    assertThat(image.layers()).containsExactly(Digests.of(BASE), Digests.of(TOP));
    assertThat(image.config().command()).containsExactly("/top");
    assertThat(image.createdAt()).isEqualTo("2024-02-03T04:05:06.789Z");
    assertThat(image.sizeBytes()).isEqualTo(7);
    assertThat(store.read(records -> records.image(image.id())).orElseThrow().config())
        .isEqualTo(config);
    assertThat(dataRoot.resolve("image/unpacking")).isEmptyDirectory();
  }

  @Test
  void loadingAgainAddsTagsAndAnswersThoseOfTheArchive() {
    load(docker(config(BASE, TOP), "app:1").bytes());
    var again = load(docker(config(BASE, TOP), "app:2").bytes()).getFirst();

    assertThat(again.tags()).containsExactly("app:2");
    assertThat(images.find("app:2").tags()).containsExactly("app:1", "app:2");
    assertThat(images.list()).hasSize(1);
  }

  @Test
  void imagesShareALayer() {
    load(docker(config(BASE, TOP), "app:1").bytes());
    var base =
        load(new Tars()
                .file("c.json", config(BASE))
                .file("base.tar", 0644, BASE)
                .file(
                    "manifest.json",
                    "[{\"Config\":\"c.json\",\"RepoTags\":null,\"Layers\":[\"base.tar\"]}]")
                .bytes())
            .getFirst();
    assertThat(base.tags()).isEmpty();

    var removed = images.remove("app:1", false, _ -> false);
    assertThat(removed).hasSize(3); // untagged, the image, its upper layer
    assertThat(images.find(base.id()).layers()).containsExactly(Digests.of(BASE));
    var kept = store.read(Records::layers).stream().map(LayerRow::diffId).toList();
    assertThat(kept).containsExactly(Digests.of(BASE));
  }

  @Test
  void anOciLayoutIsReadForThisMachine() throws IOException {
    String config = config(BASE, TOP);
    byte[] packed = gzip(BASE);
    String manifest =
        "{\"config\":{\"digest\":\"%s\"},\"layers\":[{\"digest\":\"%s\"},{\"digest\":\"%s\"}]}"
            .formatted(Digests.of(config.getBytes(UTF_8)), Digests.of(packed), Digests.of(TOP));
    String index =
        "{\"manifests\":[{\"digest\":\"sha256:%s\",\"platform\":{\"os\":\"linux\",\"architecture\":\"z80\"}},{\"digest\":\"%s\"}]}"
            .formatted("0".repeat(64), Digests.of(manifest.getBytes(UTF_8)));
    var layout = new Tars().file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
    for (byte[] blob :
        List.of(
            config.getBytes(UTF_8), packed, TOP, manifest.getBytes(UTF_8), index.getBytes(UTF_8))) {
      layout.file("blobs/sha256/" + Digests.hex(Digests.of(blob)), 0644, blob);
    }
    layout.file(
        "index.json",
        "{\"manifests\":[{\"digest\":\"%s\",\"annotations\":{\"io.containerd.image.name\":\"docker.io/library/app:3\"}}]}"
            .formatted(Digests.of(index.getBytes(UTF_8))));

    var image = load(layout.bytes()).getFirst();
    assertThat(image.id()).isEqualTo(Digests.of(config.getBytes(UTF_8)));
    assertThat(image.tags()).containsExactly("app:3");
    assertThat(image.layers()).containsExactly(Digests.of(BASE), Digests.of(TOP));
  }

  @Test
  void ofSeveralImagesAllAreKeptOrNone() {
    var two =
        new Tars()
            .file("good.json", config(BASE))
            .file("bad.json", config(TOP))
            .file("base.tar", 0644, BASE)
            .file(
                "manifest.json",
                "[{\"Config\":\"good.json\",\"RepoTags\":[\"good\"],\"Layers\":[\"base.tar\"]},{\"Config\":\"bad.json\",\"RepoTags\":[\"bad\"],\"Layers\":[\"base.tar\"]}]");
    isRefused(two, "invalid diffID for layer 0");
  }

  @Test
  void whatDoesNotFitTogetherIsRefused() {
    isRefused(
        docker(config(TOP, TOP), "x"),
        "invalid diffID for layer 0: expected \"%s\", got \"%s\""
            .formatted(Digests.of(TOP), Digests.of(BASE)));
    isRefused(
        docker(config(BASE), "x"), "invalid manifest, layers length mismatch: expected 2, got 1");
    isRefused(docker("{\"os\":\"windows\"}", "x"), "cannot load windows image on linux");
    isRefused(docker("{}", "x"), "invalid image configuration config.json: it has no rootfs");
    isRefused(docker("[", "x"), "the image configuration config.json is not JSON");
    isRefused(docker(config(BASE, TOP), "not a tag"), "invalid reference format");
    isRefused(new Tars().file("manifest.json", "[]"), "manifest.json of the archive lists no");
    isRefused(
        new Tars().file("manifest.json", "[{\"Config\":\"c.json\"}]"),
        "the archive lacks the image configuration \"c.json\"");
    isRefused(
        new Tars().file("manifest.json", "[{\"Config\":\"../../../etc/passwd\"}]"),
        "archive entry \"../../../etc/passwd\" is refused: its path goes up");
    isRefused(
        new Tars()
            .symlink("c.json", "/etc/passwd")
            .file("manifest.json", "[{\"Config\":\"c.json\"}]"),
        "archive entry \"c.json\" is refused: \"c.json\" above it is a link to \"/etc/passwd\"");
    isRefused(
        new Tars().device("manifest.json", '6', 0, 0),
        "archive entry \"manifest.json\" is refused: an archive of images has files only");
    isRefused(new Tars().file("etc/motd", "x"), "this is no archive of images");
    isRefused(
        new Tars().file("index.json", "{\"manifests\":[{\"digest\":\"sha256:abc\"}]}"),
        "\"sha256:abc\" in the archive is no sha256 digest");
    isRefused(
        new Tars()
            .file("blobs/sha256/" + "0".repeat(64), "{}")
            .file(
                "index.json",
                "{\"manifests\":[{\"digest\":\"sha256:%s\"}]}".formatted("0".repeat(64))),
        "blob sha256:0000000000000000000000000000000000000000000000000000000000000000 of the"
            + " archive is broken: its digest is ");
    isRefused(
        new Tars()
            .file(
                "index.json",
                "{\"manifests\":[{\"digest\":\"x\",\"platform\":{\"os\":\"linux\",\"architecture\":\"z80\"}}]}"),
        "no image of the archive is for linux/%s; it has linux/z80"
            .formatted(Platform.ofThisMachine().architecture()));
  }
}
