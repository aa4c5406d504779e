package io.fairlead.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fairlead.Conflict;
import io.fairlead.Forbidden;
import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.archive.TarReader;
import io.fairlead.image.Tars;
import io.fairlead.linux.Mounts;
import io.fairlead.runtime.Isolation;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class ContainerFilesTest {
  @TempDir private Path folder;
  private TestHost host;
  private TestEngine engine;

  @BeforeAll
  void open() {
    host = TestHost.create("files");
    engine = TestEngine.open(host);
    engine.wanted("true").autoRemove().run();
    engine.markBaseline();
  }

  @AfterEach
  void nothingIsLeft() {
    for (var container : engine.containers().list()) {
      engine.containers().remove(container.id(), true);
    }
    engine.assertNothingLeft();
  }

  @AfterAll
  void close() {
    engine.close();
    host.close();
  }

  private ContainerFiles files() {
    return engine.engine().files();
  }

  private void put(String container, String path, Tars archive) {
    files().unpack(container, path, true, false, archive.stream());
  }

  private byte[] get(String container, String path) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var packed = files().pack(container, path)) {
      packed.packing().writeTo(out);
    }
    return out.toByteArray();
  }

  private List<String> names(byte[] archive) throws IOException {
    var names = new ArrayList<String>();
    var tar = new TarReader(new ByteArrayInputStream(archive), true);
    for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
      names.add(entry.get().name());
    }
    return names;
  }

  private String content(String container, String path) throws IOException {
    var tar = new TarReader(new ByteArrayInputStream(get(container, path)), true);
    assertThat(tar.next()).isPresent();
    byte[] content = new byte[4096];
    int length = tar.read(content);
    return new String(content, 0, Math.max(0, length), UTF_8);
  }

  private String mountPoint(String id) {
    return engine.config().execRoot().resolve("roots").resolve(id).toString();
  }

  static Stream<Arguments> hostile() {
    return Stream.of(
        arguments(new Tars().file("../evil", "x"), "its path goes up with \"..\""),
        arguments(new Tars().file("a/../../evil", "x"), "its path goes up with \"..\""),
        arguments(new Tars().hardLink("evil", "../../etc/passwd"), "its path goes up with \"..\""),
        arguments(new Tars().hardLink("evil", "nothing"), "which is not there"),
        arguments(new Tars().hardLink("evil", "/sub"), "a directory"),
        arguments(new Tars().file("f", "x").file("f/x", "x"), "above it is not a directory"),
        arguments(new Tars().symlink("l", "gone").file("l/x", "x"), "is a link to nothing"),
        arguments(new Tars().symlink("./", "/tmp"), "only a directory"),
        arguments(new Tars().file("sub", "x"), "cannot overwrite directory \"sub\" with non-dir"),
        arguments(new Tars().directory("file"), "cannot overwrite non-directory \"file\" with dir"),
        arguments(new Tars().pax("path", "x".repeat(300)).file("x", "x"), "longer than 255 bytes"),
        arguments(new Tars().head("f", '0', 0644, "", 1 << 20, 0, 0), "truncated"),
        arguments(
            new Tars().pax("SCHILY.xattr.trusted.overlay.opaque", "y").file("f", "x"),
            "overlayfs's own"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource
  void hostile(Tars archive, String words) {
    engine.wanted("sleep", "1000").name("box").start();
    put("box", "/tmp", new Tars().directory("sub/").file("file", "kept"));

    assertThatThrownBy(() -> put("box", "/tmp", archive))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(words);
    put("box", "/tmp", new Tars().file("good", "x"));
  }

  @Test
  void linksEndInTheContainersRoot() throws IOException {
    Path outside = Files.createDirectories(folder.resolve("outside"));
    String id = engine.wanted("sleep", "1000").name("box").start().id();
    put(
        "box",
        "/tmp",
        new Tars()
            .symlink("absolute", outside.toString())
            .symlink("up", "../../../../../../../..")
            .symlink("etc", "/etc"));

    assertThatThrownBy(() -> put("box", "/tmp/absolute", new Tars().file("f", "x")))
        .isInstanceOf(NotFound.class)
        .hasMessage("Could not find the file /tmp/absolute in container box");
    put("box", "/tmp/up", new Tars().file("at-the-root", "x"));
    put("box", "/tmp", new Tars().file("etc/through", "x").file("up/up", "x"));

    assertThat(outside).isEmptyDirectory();
    Path root = Path.of(mountPoint(id));
    assertThat(root.resolve("at-the-root")).exists();
    assertThat(root.resolve("etc/through")).exists();
    assertThat(root.resolve("up")).exists();
    assertThat(Path.of("/at-the-root")).doesNotExist();
    assertThat(files().find("box", "/tmp/etc").linkTarget()).isEqualTo("/etc");
    assertThat(files().find("box", "/tmp/up").linkTarget()).isEqualTo("/");
    assertThat(content("box", "/tmp/etc/through")).isEqualTo("x");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "/nothing,        Could not find the file /nothing in container box",
    "/etc/passwd/,    /etc/passwd/: not a directory",
    "/etc/passwd/x,   /etc/passwd/x: not a directory",
    "/tmp/circle/,    /tmp/circle/: too many levels of symbolic links",
  })
  void whatIsNotThereIsSaid(String path, String words) {
    engine.wanted("true").name("box").create();
    put("box", "/tmp", new Tars().symlink("circle", "circle"));

    assertThatThrownBy(() -> files().find("box", path)).hasMessage(words);
    assertThatThrownBy(() -> files().pack("box", path)).hasMessage(words);
  }

  @Test
  void onlyAFolderIsUnpackedInto() {
    engine.wanted("true").name("box").create();

    assertThatThrownBy(() -> put("box", "/etc/passwd", new Tars().file("f", "x")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("extraction point is not a directory");
  }

  @Test
  void aFolderIsPackedByTheNameThatItsPathHas() throws IOException {
    engine.wanted("true").name("box").create();
    put("box", "/tmp", new Tars().directory("d/").file("d/f", "x").symlink("l", "d"));

    assertThat(names(get("box", "/tmp/d"))).containsExactly("d/", "d/f");
    assertThat(names(get("box", "tmp/d/."))).containsExactly("./", "./f");
    assertThat(names(get("box", "/tmp/l"))).containsExactly("l");
    assertThat(names(get("box", "/tmp/l/"))).containsExactly("l/", "l/f");
    assertThat(names(get("box", "/"))).startsWith("/", "/bin/", "/bin/[");
  }

  @Test
  void whatIsBoundInIsSeenAndItsRightsHold() throws IOException {
    Path source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(source.resolve("f"), "bound");
    for (String state : List.of("created", "running")) {
      var wanted =
          engine
              .wanted("sleep", "1000")
              .name("box")
              .bind(source + ":/data/rw")
              .bind(source + ":/data/ro:ro")
              .bind(source.resolve("f") + ":/data/file:ro");
      String id = state.equals("created") ? wanted.create() : wanted.start().id();

      assertThat(content("box", "/data/ro/f")).isEqualTo("bound");
      assertThat(content("box", "/data/file")).isEqualTo("bound");
      put("box", "/data/rw", new Tars().file(state, "x"));
      assertThat(source.resolve(state)).exists();
      assertThatThrownBy(() -> put("box", "/data/ro", new Tars().file("g", "x")))
          .isInstanceOf(Forbidden.class)
          .hasMessage("mounted volume is marked read-only");
      assertThatThrownBy(() -> put("box", "/", new Tars().file("data/ro/g", "x")))
          .isInstanceOf(Forbidden.class)
          .hasMessageContaining("EROFS");
      assertThat(source.resolve("g")).doesNotExist();
      engine.containers().remove(id, true);
    }
  }

  @Test
  void aRunningContainersNetworkFilesAreSeen() throws IOException {
    var box = engine.wanted("sleep", "1000").name("box").hostname("named").start();

    assertThat(content("box", "/etc/hostname")).isEqualTo("named\n");
    assertThat(content("box", "/etc/hosts")).isEqualTo(Files.readString(box.hostsPath()));
  }

  @Test
  void aReadOnlyRootIsNotWrittenButWhatIsBoundIntoItIs() throws IOException {
    Path source = Files.createDirectories(folder.resolve("bound"));
    engine
        .wanted("sleep", "1000")
        .name("box")
        .bind(source + ":/data")
        .isolation(withReadOnlyRoot(Isolation.USUAL))
        .start();
    Files.createSymbolicLink(source.resolve("out"), Path.of("/etc"));

    assertThatThrownBy(() -> put("box", "/etc", new Tars().file("f", "x")))
        .isInstanceOf(Forbidden.class)
        .hasMessage("container rootfs is marked read-only");
    assertThatThrownBy(() -> put("box", "/data", new Tars().file("out/f", "x")))
        .isInstanceOf(Forbidden.class);
    put("box", "/data", new Tars().file("f", "x"));
    assertThat(source.resolve("f")).exists();
    assertThat(content("box", "/etc/passwd")).startsWith("root:");
  }

  @Test
  void attributesSurvive() throws IOException {
    byte[] capability = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    engine.wanted("true").name("box").create();
    put(
        "box",
        "/tmp",
        new Tars()
            .pax("SCHILY.xattr.security.capability", capability)
            .pax("SCHILY.xattr.user.note", "hello")
            .pax("mtime", "1234567890.123456789")
            .owner(12, 34)
            .file("f", 04755, "x".getBytes(UTF_8)));

    var entry =
        new TarReader(new ByteArrayInputStream(get("box", "/tmp/f")), true).next().orElseThrow();
    assertThat(entry.attributes().get("security.capability")).isEqualTo(capability);
    assertThat(entry.attributes().get("user.note")).isEqualTo("hello".getBytes(UTF_8));
    assertThat(List.of(entry.uid(), entry.gid())).containsExactly(12L, 34L);
    assertThat(entry.permissions()).isEqualTo(04755);
    assertThat(entry.modifiedSecond()).isEqualTo(1234567890);
    assertThat(entry.modifiedNanos()).isEqualTo(123456789);
  }

  @Test
  void aStoppedContainersRootIsMountedOnlyWhileItIsLookedAt() throws IOException {
    String id = engine.wanted("true").name("box").create();
    try (var packed = files().pack("box", "/etc")) {
      assertThat(Mounts.isMounted(Path.of(mountPoint(id)))).isTrue();
      engine.containers().start(id);
      engine.containers().await(id, Containers.WaitCondition.NOT_RUNNING).join();
      packed.packing().writeTo(OutputStream.nullOutputStream());
    }

    assertThat(Path.of(mountPoint(id))).doesNotExist();
  }

  @Test
  void aCopyThatGoesOnHoldsUpNeitherAStopNorARemoval() throws IOException {
    String id = engine.wanted("sleep", "1000").name("box").start().id();
    try (var packed = files().pack("box", "/etc")) {
      engine.containers().stop("box", Optional.empty(), Optional.of(0));
      engine.containers().remove("box", false);
      assertThat(packed.found().name()).isEqualTo("etc");
    }
    assertThat(engine.config().dataRoot().resolve("roots").resolve(id)).doesNotExist();
  }

  @Test
  void whatIsBeingUnpackedEndsWithTheContainer() {
    engine.wanted("true").name("box").create();
    byte[] archive = new Tars().file("first", "x").file("second", 0644, new byte[1 << 20]).bytes();
    var removing =
        new FilterInputStream(new ByteArrayInputStream(archive)) {
          private boolean isFirst = true;

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            if (!isFirst) {
              engine.containers().remove("box", true);
            }
            isFirst = false;
            return in.read(buffer, offset, Math.min(length, 4096));
          }

          @Override
          public int available() {
            return 0;
          }
        };

    assertThatThrownBy(() -> files().unpack("box", "/tmp", true, false, removing))
        .isInstanceOf(Conflict.class)
        .hasMessage("the container was removed meanwhile");
  }

  @Test
  void packedArchivesAreUnpackedInEveryForm() throws IOException {
    engine.wanted("true").name("box").create();
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(new Tars().file("zipped", "x").bytes());
    }
    files().unpack("box", "/tmp", true, false, new ByteArrayInputStream(packed.toByteArray()));
    files().unpack("box", "/tmp", true, false, new ByteArrayInputStream(new byte[0]));

    assertThat(content("box", "/tmp/zipped")).isEqualTo("x");
    assertThatThrownBy(
            () ->
                files()
                    .unpack("box", "/tmp", true, false, new ByteArrayInputStream(new byte[] {1})))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("not a tar archive");
  }

  private static Isolation withReadOnlyRoot(Isolation usual) {
    return new Isolation(
        usual.ipc(),
        usual.pid(),
        usual.uts(),
        usual.cgroup(),
        usual.cgroupParent(),
        usual.securityOptions(),
        true,
        usual.tmpfs(),
        usual.shmBytes(),
        usual.sysctls(),
        usual.addedGroups(),
        usual.devices(),
        usual.deviceRules(),
        usual.maskedPaths(),
        usual.readOnlyPaths(),
        usual.hasInit());
  }
}
