package io.fairlead.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.store.LayerRow;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process is killed at each step of what it does with images; the next one finds every image
 * whole, and nothing that no image claims.
 */
@Tag("kernel")
class ImageCrashTest {
  private static final int STRIDE = 5;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> killedAtEveryFifthStep() throws IOException {
    return deaths(STRIDE);
  }

  @TestFactory
  @Tag("acceptance")
  Stream<DynamicTest> killedAtEachStep() throws IOException {
    return deaths(1);
  }

  private Stream<DynamicTest> deaths(int stride) throws IOException {
    Files.write(archive(), twoImagesThatShareALayer());
    int steps = die(Files.createDirectory(folder.resolve("whole")), 0).size();
    assertThat(steps).isGreaterThanOrEqualTo(20);
    return IntStream.iterate(1, step -> step <= steps, step -> step + stride)
        .mapToObj(
            step ->
                DynamicTest.dynamicTest(
                    "step %d of %d".formatted(step, steps), () -> survive(step)));
  }

  private Path archive() {
    return folder.resolve("shared.tar");
  }

  private byte[] twoImagesThatShareALayer() throws IOException {
    Path root = Files.createDirectory(folder.resolve("source"));
    try (var store = Store.open(root.resolve("fairlead.db"))) {
      var images = Images.open(store, root, Images.Listener.NONE, _ -> {});
      for (String command : List.of("1", "2")) {
        images.importRoot(
            new ByteArrayInputStream(new Tars().file("f", "shared").bytes()),
            Optional.of("shared:" + command),
            "",
            List.of("CMD " + command));
      }
      var out = new ByteArrayOutputStream();
      try (var saving = images.save(List.of("shared"))) {
        saving.writeTo(out);
      }
      return out.toByteArray();
    }
  }

  private void survive(int step) throws IOException {
    Path root = Files.createDirectory(folder.resolve("step" + step));
    List<String> steps = die(root, step);
    assertAllIsWhole(root, steps.getLast());
    // What is there now may be done over it again, and ends as it ever does.
    die(root, 0);
    assertAllIsWhole(root, "the end");
  }

  private static void assertAllIsWhole(Path root, String diedAt) throws IOException {
    try (var store = Store.open(root.resolve("fairlead.db"))) {
      var images = Images.open(store, root, Images.Listener.NONE, _ -> {});
      for (Image image : images.list()) {
        try (var saving = images.save(List.of(image.id()))) {
          saving.writeTo(OutputStream.nullOutputStream()); // compares each layer's digest
        }
      }
      assertThat(store.read(Records::unusedLayers)).as(diedAt).isEmpty();
      var claimed = store.read(Records::layers).stream().map(LayerRow::directory).sorted().toList();
      assertThat(names(root.resolve("image/layers"))).as(diedAt).isEqualTo(claimed);
      assertThat(names(root.resolve("image/recipes"))).as(diedAt).isEqualTo(claimed);
      assertThat(names(root.resolve("image/unpacking"))).as(diedAt).isEmpty();
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (var found = Files.list(directory)) {
      return found.map(path -> String.valueOf(path.getFileName())).sorted().toList();
    }
  }

  private List<String> die(Path root, int step) {
    var command =
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            DoomedImages.class.getName(),
            root.toString(),
            archive().toString(),
            String.valueOf(step));
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isEqualTo(step == 0 ? 0 : DoomedImages.KILLED);
      return output.lines().filter(line -> line.matches("\\d+ .*")).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
