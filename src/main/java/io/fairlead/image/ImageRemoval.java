package io.fairlead.image;

import io.fairlead.Conflict;
import io.fairlead.image.Images.Removed;
import io.fairlead.image.Images.User;
import io.fairlead.store.ImageRow;
import io.fairlead.store.LayerRow;
import io.fairlead.store.Records;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What a removal of an image does, by Docker's rules. Where it is not forced, nothing goes that a
 * container or a second tag still uses. By force an image goes from under a stopped container: its
 * row and its layers stay for that container alone, and go with it.
 *
 * @param layers that nothing names any more; their records are removed
 */
record ImageRemoval(String imageId, List<Removed> steps, List<LayerRow> layers) {

  /**
   * @param isHeld whether somebody reads its layers at this moment
   */
  static ImageRemoval apply(
      Records records,
      ImageRow row,
      String reference,
      boolean force,
      List<User> users,
      boolean isHeld) {
    boolean isKept = isHeld || !users.isEmpty();
    return isId(row, reference)
        ? byId(records, row, force, users, isKept)
        : byTag(records, row, Reference.parse(reference).tagged().toString(), force, users, isKept);
  }

  private static ImageRemoval byTag(
      Records records, ImageRow row, String tag, boolean force, List<User> users, boolean isKept) {
    boolean isLast = row.tags().size() <= 1;
    if (isLast && !force && !users.isEmpty()) {
      throw new Conflict(
          "conflict: unable to remove repository reference \"%s\" (must force) - container %s is using its referenced image %s"
              .formatted(
                  tag, Digests.brief(users.getFirst().containerId()), Digests.brief(row.id())));
    }
    var untagged = new Removed(Optional.of(tag), Optional.empty());
    if (!isLast || users.stream().anyMatch(User::isRunning)) {
      var rest = row.tags().stream().filter(other -> !other.equals(tag)).toList();
      records.put(with(row, rest, false));
      return new ImageRemoval(row.id(), List.of(untagged), List.of());
    }
    return delete(records, row, List.of(untagged), isKept);
  }

  private static ImageRemoval byId(
      Records records, ImageRow row, boolean force, List<User> users, boolean isKept) {
    var running = users.stream().filter(User::isRunning).findFirst();
    if (running.isPresent()) {
      throw conflict(
          row, "cannot be forced", "image is being used by running container", running.get());
    }
    if (row.tags().size() > 1 && !force) {
      throw new Conflict(
          "conflict: unable to delete %s (must be forced) - image is referenced in multiple repositories"
              .formatted(Digests.brief(row.id())));
    }
    if (!users.isEmpty() && !force) {
      throw conflict(
          row, "must be forced", "image is being used by stopped container", users.getFirst());
    }
    return delete(records, row, untagged(row), isKept);
  }

  /** Without a question: of an image that the caller has found to be unused. */
  static ImageRemoval ofUnused(Records records, ImageRow row, boolean isHeld) {
    return delete(records, row, untagged(row), isHeld);
  }

  /** Of removed images that nobody has any more: what is left of them. */
  static List<LayerRow> sweep(Records records, List<ImageRow> abandoned) {
    abandoned.forEach(row -> records.removeImage(row.id()));
    return removeUnusedLayers(records);
  }

  private static List<Removed> untagged(ImageRow row) {
    return row.tags().stream()
        .sorted()
        .map(tag -> new Removed(Optional.of(tag), Optional.empty()))
        .toList();
  }

  private static ImageRemoval delete(
      Records records, ImageRow row, List<Removed> untagged, boolean isKept) {
    if (isKept) {
      records.put(with(row, List.of(), true));
    } else {
      records.removeImage(row.id());
    }
    var steps = new ArrayList<>(untagged);
    steps.add(new Removed(Optional.empty(), Optional.of(row.id())));
    var kept = new HashSet<String>();
    records.everyImage().forEach(other -> kept.addAll(Digests.chainIds(other.layers())));
    for (String chainId : Digests.chainIds(row.layers()).reversed()) {
      if (!kept.contains(chainId)) {
        steps.add(new Removed(Optional.empty(), Optional.of(chainId)));
      }
    }
    return new ImageRemoval(row.id(), List.copyOf(steps), removeUnusedLayers(records));
  }

  private static List<LayerRow> removeUnusedLayers(Records records) {
    var unused = records.unusedLayers();
    unused.forEach(layer -> records.removeLayer(layer.diffId()));
    return unused;
  }

  private static Conflict conflict(ImageRow row, String force, String what, User user) {
    return new Conflict(
        "conflict: unable to delete %s (%s) - %s %s"
            .formatted(Digests.brief(row.id()), force, what, Digests.brief(user.containerId())));
  }

  private static ImageRow with(ImageRow row, List<String> tags, boolean isRemoved) {
    return new ImageRow(
        row.id(),
        row.config(),
        row.layers(),
        tags,
        row.sizeBytes(),
        row.createdAt(),
        row.taggedAt(),
        isRemoved);
  }

  /** As Docker tells them apart: an id or its beginning, where it is no tag of this image. */
  private static boolean isId(ImageRow row, String reference) {
    boolean isPrefix =
        (row.id().startsWith(reference) && reference.startsWith(Digests.PREFIX))
            || Digests.hex(row.id()).startsWith(reference);
    return isPrefix && !row.tags().contains(reference + ":latest");
  }
}
