package io.fairlead.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.linux.Directory;
import io.fairlead.store.Store;
import io.fairlead.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a container did, and how that is listed: with overlayfs, and where layers are copied. */
@Tag("kernel")
class DifferencesKernelTest {
  @TempDir Path directory;
  private Store store;
  private Images images;
  private Roots roots;
  private Image image;

  @BeforeEach
  void open() throws IOException {
    Path dataRoot = Files.createDirectory(directory.resolve("data"));
    Path execRoot = Files.createDirectory(directory.resolve("exec"));
    store = Store.open(dataRoot.resolve("fairlead.db"));
    images = Images.open(store, dataRoot, Images.Listener.NONE, _ -> {});
    roots = Roots.open(store, dataRoot, execRoot);
    image =
        images.importRoot(
            new Tars()
                    .directory("d/")
                    .file("d/one", "1")
                    .file("d/two", "2")
                    .directory("d/sub/")
                    .file("d/sub/x", "x")
                    .symlink("link", "d")
                    .file("file", "image")
                    .stream(),
            Optional.of("x"),
            "",
            List.of());
  }

  @AfterEach
  void close() {
    roots.sweep(Set.of(), Set.of());
    store.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          true                        | ''
          cat file d/one              | ''
          echo x > new                | A /new
          echo x > file               | C /file
          rm file                     | D /file
          rm file; mkdir file         | C /file
          rm file; mkdir file; echo > file/x | C /file, A /file/x
          chmod 600 file              | C /file
          echo x > d/new              | C /d, A /d/new
          echo x >> d/one             | C /d/one
          rm d/one                    | C /d, D /d/one
          rm -r d                     | D /d
          rm -r d; mkdir d            | C /d, D /d/one, D /d/sub, D /d/two
          rm -r d; mkdir d; echo > d/one; echo > d/new | C /d, A /d/new, C /d/one, D /d/sub, D /d/two
          mkdir -p n/m; echo > n/m/o  | A /n, A /n/m, A /n/m/o
          chmod 700 d/sub             | C /d/sub
          echo x > d/sub/x            | C /d/sub/x
          ln file same                | A /same, C /file
          rm link; ln -s file link    | C /link
          mv file moved               | A /moved, D /file
          mkdir proc dev; mkdir -p etc; touch etc/hosts | ''
          mkdir -p etc; touch etc/hosts etc/mine | A /etc, A /etc/mine
          mkdir dev; touch dev/null   | A /dev, A /dev/null
          """)
  void whatIsDoneIsListed(String line, String changes) throws IOException {
    var wanted = changes.isEmpty() ? List.<String>of() : List.of(changes.split(", ", -1));
    Path root = roots.mount("c1", image, false);
    run(line, root);
    assertThat(letters(roots.changes("c1", image))).containsExactlyInAnyOrderElementsOf(wanted);

    Path copy = Files.createDirectory(directory.resolve("copy"));
    Path layer =
        store.read(r -> Path.of(r.layer(image.layers().getFirst()).orElseThrow().directory()));
    Path whole = Layers.directory(directory.resolve("data")).resolve(layer);
    LayerCopy.onto(copy, whole);
    run(line, copy);
    try (var below = new Below(List.of(whole));
        var opened = Directory.open(copy)) {
      var listed = letters(new Differences(below, true).of(opened));
      // Where files are compared, one that only has one more name is as it was.
      var same = line.startsWith("ln ") ? List.of("A /same") : wanted;
      assertThat(listed).containsExactlyInAnyOrderElementsOf(same);
    }
  }

  private static void run(String line, Path in) {
    Command.run(List.of("sh", "-c", "cd %s && { %s; }".formatted(in, line))).succeeded();
  }

  private static List<String> letters(List<FileChange> changes) {
    return changes.stream().map(c -> letter(c.kind()) + " " + c.path()).toList();
  }

  private static char letter(FileChange.Kind kind) {
    return switch (kind) {
      case MODIFIED -> 'C';
      case ADDED -> 'A';
      case DELETED -> 'D';
    };
  }
}
