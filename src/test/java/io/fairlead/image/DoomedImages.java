package io.fairlead.image;

import io.fairlead.store.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process of its own that imports, loads, tags and removes images, and dies without a word at a
 * given step. Each step is printed before it is taken.
 */
final class DoomedImages {
  /** How a process ends that was killed: 128 and SIGKILL. */
  static final int KILLED = 137;

  private static final AtomicInteger STEPS = new AtomicInteger();

  private DoomedImages() {}

  /**
   * @param args data root, an archive of images, number of the step to die at (0: none)
   */
  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[0]);
    int last = Integer.parseInt(args[2]);
    try (var store = Store.open(root.resolve("fairlead.db"))) {
      var images = Images.open(store, root, Images.Listener.NONE, step -> reach(step, last));
      images.importRoot(tar("own"), Optional.of("own:1"), "", List.of());
      images.load(new ByteArrayInputStream(Files.readAllBytes(Path.of(args[1]))));
      images.tag("own:1", "own:2");
      images.remove("own:1", false, _ -> false);
      images.remove("shared:1", false, _ -> false);
      images.importRoot(tar("new"), Optional.of("own:2"), "", List.of());
      images.prune(image -> image.tags().isEmpty());
      images.remove("shared:2", false, _ -> false);
    }
  }

  private static ByteArrayInputStream tar(String content) {
    return new ByteArrayInputStream(new Tars().directory("d/").file("d/f", content).bytes());
  }

  private static void reach(String step, int last) {
    int number = STEPS.incrementAndGet();
    System.out.printf("%d %s%n", number, step);
    System.out.flush();
    if (number == last) {
      Runtime.getRuntime().halt(KILLED);
    }
  }
}
