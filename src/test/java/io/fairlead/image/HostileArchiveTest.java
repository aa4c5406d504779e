package io.fairlead.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fairlead.InvalidRequest;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each archive is refused with its own words, and nothing of it is kept, in or out of the root. */
class HostileArchiveTest {
  @TempDir Path directory;
  private Path dataRoot;
  private Store store;
  private Images images;

  @BeforeEach
  void open() throws IOException {
    dataRoot = Files.createDirectory(directory.resolve("data"));
    store = Store.open(dataRoot.resolve("fairlead.db"));
    images = Images.open(store, dataRoot, Images.Listener.NONE, _ -> {});
  }

  @AfterEach
  void close() {
    store.close();
  }

  static Stream<Arguments> archives() throws IOException {
    return Stream.of(
        row(
            new Tars().file("../evil", "x"),
            "archive entry \"../evil\" is refused: its path goes up with \"..\""),
        row(
            new Tars().file("a/../../evil", "x"),
            "archive entry \"a/../../evil\" is refused: its path goes up with \"..\""),
        row(
            new Tars().pax("path", "ok/../../evil").file("short", "x"),
            "archive entry \"ok/../../evil\" is refused: its path goes up with \"..\""),
        row(
            new Tars().directory("a/..").file("evil", "x"),
            "archive entry \"a/..\" is refused: its path goes up with \"..\""),
        row(
            new Tars().file("/etc/evil", "x"),
            "archive entry \"/etc/evil\" is refused: its path is absolute; pack the archive from"
                + " inside its root"),
        row(
            new Tars().symlink("out", "../..").file("out/evil", "x"),
            "archive entry \"out/evil\" is refused: \"out\" above it is a link to \"../..\", out of"
                + " the root"),
        row(
            new Tars().symlink("out", "/tmp").file("out/evil", "x"),
            "archive entry \"out/evil\" is refused: \"out\" above it is a link to \"/tmp\", out of"
                + " the root"),
        row(
            new Tars().directory("a/b/").symlink("a/b/out", "../../..").directory("a/b/out/evil"),
            "archive entry \"a/b/out/evil\" is refused: \"out\" above it is a link to"
                + " \"../../..\", out of the root"),
        row(
            new Tars().symlink("one", "two").symlink("two", "../../").file("one/evil", "x"),
            "archive entry \"one/evil\" is refused: \"two\" above it is a link to \"../../\", out"
                + " of the root"),
        row(
            new Tars().symlink("out", "..").symlink("out/evil", "x"),
            "archive entry \"out/evil\" is refused: \"out\" above it is a link to \"..\", out of"
                + " the root"),
        row(
            new Tars().symlink("out", "..").file("out/.wh.data", ""),
            "archive entry \"out/data\" is refused: \"out\" above it is a link to \"..\", out of"
                + " the root"),
        row(
            new Tars().symlink("a", "b").symlink("b", "a").file("a/x", "x"),
            "archive entry \"a/x\" is refused: too many links lead to it"),
        row(
            new Tars().hardLink("evil", "../../fairlead.db"),
            "archive entry \"evil\" is refused: it is a hard link to \"../../fairlead.db\", outside"
                + " the root"),
        row(
            new Tars().hardLink("evil", "/etc/passwd"),
            "archive entry \"evil\" is refused: it is a hard link to \"/etc/passwd\", outside the"
                + " root"),
        row(
            new Tars().symlink("out", "../..").hardLink("evil", "out/fairlead.db"),
            "archive entry \"evil\" is refused: \"out\" above it is a link to \"../..\", out of the"
                + " root"),
        row(
            new Tars().hardLink("evil", "later").file("later", "x"),
            "archive entry \"evil\" is refused: it is a hard link to \"later\", and no entry before"
                + " it has that name"),
        row(
            new Tars().directory("d/").hardLink("evil", "d"),
            "archive entry \"evil\" is refused: it is a hard link to \"d\", a directory"),
        row(
            new Tars().file("f", "x").hardLink("f", "f"),
            "archive entry \"f\" is refused: it is a hard link to itself"),
        row(
            new Tars().file("f", "x").file("f/x", "x"),
            "archive entry \"f/x\" is refused: \"f\" above it is not a directory"),
        row(
            new Tars().symlink("./", "/tmp"),
            "archive entry \".\" is refused: the root can only be a directory"),
        row(
            new Tars().file("d/.wh...", ""),
            "archive entry \"d/.wh...\" is refused: it deletes no name"),
        row(
            new Tars().file("d/.wh.", ""),
            "archive entry \"d/.wh.\" is refused: it deletes no name"),
        row(
            new Tars().pax("path", "n".repeat(300)).file("short", "x"),
            "archive entry \""
                + "n".repeat(200)
                + "...\" is refused: a name in it is longer than"
                + " 255 bytes"),
        row(
            new Tars().pax("path", "deep/".repeat(800) + "x").file("short", "x"),
            "archive entry \""
                + "deep/".repeat(40)
                + "...\" is refused: it is longer than 3800"
                + " bytes"),
        row(
            new Tars().pax("path", "a\0b").file("short", "x"),
            "archive entry \"a?b\" is refused: its name has a NUL in it"),
        row(
            new Tars().pax("linkpath", "l".repeat(4000)).symlink("link", "x"),
            "archive entry \"link\" is refused: its target is longer than 3800 bytes"),
        row(
            new Tars().pax("size", "9223372036854770000").file("large", "x"),
            "archive entry \"large\" is refused: it has 9,223,372,036,854,770,000 bytes, and"),
        row(
            new Tars().pax("size", "-1").file("f", "x"),
            "the archive is broken: a negative size, at or after entry \"f\""),
        row(
            new Tars().pax("uid", "4294967295").file("f", "x"),
            "archive entry \"f\" is refused: its owner 4294967295 is no user or group id"),
        row(
            new Tars().pax("SCHILY.xattr.trusted.overlay.redirect", "/etc").file("f", "x"),
            "archive entry \"f\" is refused: its attribute trusted.overlay.redirect is overlayfs's"
                + " own"),
        row(
            new Tars().pax("GNU.sparse.major", "1").file("f", "x"),
            "archive entry \"f\" is a sparse file in GNU's format; pack the archive without"
                + " --sparse"),
        row(
            new Tars().head("f", 'M', 0, "", 0, 0, 0),
            "archive entry \"f\" is of type 'M', which is no file, link or device"),
        row(
            new Tars().head("h", 'x', 0, "", 2_000_000, 0, 0),
            "the archive is broken: the extended header has 2000000 bytes, and at most 1048576 are"
                + " read"),
        row(
            new Tars().head("h", 'x', 0, "", 9, 0, 0).content("99 path=x".getBytes(UTF_8)),
            "the archive is broken: an extended header that cannot be read"),
        arguments(
            new Tars().file("file", "x").unfinished(),
            "the archive is truncated: it ends without its end mark, at or after entry \"file\""),
        arguments(
            Arrays.copyOf(new Tars().file("file", "x".repeat(600)).bytes(), 1100),
            "the archive is truncated: it ends within entry \"file\""),
        arguments(
            Arrays.copyOf(new Tars().file("file", "x").file("next", "y").bytes(), 1200),
            "the archive is truncated: it ends within entry \"file\""),
        arguments(
            Arrays.copyOf(gzip(new Tars().file("file", "x".repeat(600)).bytes()), 60),
            "the archive is truncated or broken: "),
        arguments(new byte[0], "this is not a tar archive: it is empty"),
        arguments("hello".getBytes(UTF_8), "this is not a tar archive: it ends after byte 5"),
        arguments(
            "<!doctype html>".repeat(100).getBytes(UTF_8),
            "this is not a tar archive (plain, or packed by gzip, bzip2, xz or zstd)"));
  }

  private static Arguments row(Tars tars, String message) {
    return arguments(tars.bytes(), message);
  }

  @ParameterizedTest
  @MethodSource("archives")
  void isRefusedAndLeavesNothing(byte[] archive, String message) throws IOException {
    var before = tree();

    assertThatThrownBy(
            () ->
                images.importRoot(
                    new ByteArrayInputStream(archive), Optional.of("x"), "", List.of()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith(message);

    assertThat(tree()).isEqualTo(before);
    assertThat(store.read(Records::images)).isEmpty();
    assertThat(store.read(Records::layers)).isEmpty();
  }

  private List<Path> tree() throws IOException {
    try (var all = Files.walk(directory)) {
      return all.filter(path -> !path.toString().contains("fairlead.db")).sorted().toList();
    }
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }
}
