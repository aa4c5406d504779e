package io.fairlead.image;

import io.fairlead.image.Images.Listener;
import io.fairlead.image.Images.Pruned;
import io.fairlead.image.Images.Removed;
import io.fairlead.image.Images.User;
import io.fairlead.linux.Trees;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ImageRow;
import io.fairlead.store.LayerRow;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Takes images away, and with the last image that names a layer the layer. What a container is made
 * of, or somebody reads at this moment, stays until then.
 */
final class Removals {
  private final Store store;
  private final Layers layers;
  private final Listener listener;
  private final Consumer<String> checkpoints;
  private final Map<String, Integer> held = new HashMap<>();

  Removals(Store store, Layers layers, Listener listener, Consumer<String> checkpoints) {
    this.store = store;
    this.layers = layers;
    this.listener = listener;
    this.checkpoints = checkpoints;
  }

  List<Removed> remove(String reference, boolean force, Predicate<ContainerRow> isRunning) {
    var removal =
        store.write(
            records -> {
              ImageRow row = ImageLookup.row(records, reference);
              var users = users(records, row, isRunning);
              return ImageRemoval.apply(records, row, reference, force, users, isHeld(row.id()));
            });
    finish(removal);
    return removal.steps();
  }

  private static List<User> users(
      Records records, ImageRow image, Predicate<ContainerRow> isRunning) {
    return records.containers().stream()
        .filter(container -> container.imageId().equals(image.id()))
        .map(container -> new User(container.id(), isRunning.test(container)))
        .toList();
  }

  /** Each in a transaction of its own: one that is used meanwhile stays. */
  Pruned prune(Predicate<Image> wanted) {
    var steps = new ArrayList<Removed>();
    long bytes = 0;
    for (ImageRow row : store.read(Records::images)) {
      var removal = store.write(records -> removalOfUnused(records, row.id(), wanted));
      if (removal.isPresent()) {
        finish(removal.get());
        steps.addAll(removal.get().steps());
        bytes += removal.get().layers().stream().mapToLong(LayerRow::sizeBytes).sum();
      }
    }
    return new Pruned(List.copyOf(steps), bytes);
  }

  private Optional<ImageRemoval> removalOfUnused(
      Records records, String id, Predicate<Image> wanted) {
    return records
        .image(id)
        .filter(row -> !row.isRemoved() && wanted.test(ConfigJson.image(row)))
        .filter(row -> users(records, row, _ -> false).isEmpty())
        .map(row -> ImageRemoval.ofUnused(records, row, isHeld(row.id())));
  }

  private void finish(ImageRemoval removal) {
    checkpoints.accept("image: removal recorded");
    takeAway(removal.layers());
    for (var step : removal.steps()) {
      step.untagged().ifPresent(_ -> tell(removal.imageId(), "untag"));
      step.deleted()
          .filter(removal.imageId()::equals)
          .ifPresent(_ -> tell(removal.imageId(), "delete"));
    }
  }

  private void tell(String imageId, String action) {
    listener.happened(imageId, action, imageId, Map.of());
  }

  private void takeAway(List<LayerRow> unused) {
    for (LayerRow layer : unused) {
      var taken = store.write(records -> layers.takeAway(records, layer));
      checkpoints.accept("image: layer taken away");
      taken.ifPresent(Trees::delete);
      checkpoints.accept("image: layer deleted");
    }
  }

  /** Removes what removed images still have, where nobody is made of them or reads them. */
  void sweep() {
    if (store.read(Records::abandonedImages).isEmpty()) {
      return;
    }
    takeAway(
        store.write(
            records ->
                ImageRemoval.sweep(
                    records,
                    records.abandonedImages().stream().filter(row -> !isHeld(row.id())).toList())));
  }

  /** Images whose layers somebody reads: they stay until this is closed. */
  record Hold(List<ImageRow> images, Runnable onClose) implements AutoCloseable {
    @Override
    public void close() {
      onClose.run();
    }
  }

  /** Holds what the function answers, which runs in a transaction: before a removal or after it. */
  Hold hold(Function<Records, List<ImageRow>> images) {
    var rows =
        store.write(
            records -> {
              var found = images.apply(records);
              found.forEach(row -> count(row.id(), 1));
              return found;
            });
    return new Hold(
        rows,
        () -> {
          rows.forEach(row -> count(row.id(), -1));
          sweep();
        });
  }

  private void count(String imageId, int change) {
    synchronized (held) {
      held.merge(imageId, change, Integer::sum);
      held.remove(imageId, 0);
    }
  }

  private boolean isHeld(String imageId) {
    synchronized (held) {
      return held.containsKey(imageId);
    }
  }
}
