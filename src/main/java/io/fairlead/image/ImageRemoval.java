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
 * container or a second tag still uses.
 *
 * <p>Unlike Docker's, an image that a stopped container is made of stays, without a tag, also where
 * it is forced: the container can then be started again.
 */
record ImageRemoval(String imageId, List<Removed> steps, List<LayerRow> layers) {

  static ImageRemoval apply(
      Records records, ImageRow row, String reference, boolean force, List<User> users) {
    return isId(row, reference)
        ? byId(records, row, force, users)
        : byTag(records, row, Reference.parse(reference).tagged().toString(), force, users);
  }

  private static ImageRemoval byTag(
      Records records, ImageRow row, String tag, boolean force, List<User> users) {
    boolean isLast = row.tags().size() <= 1;
    if (isLast && !force && !users.isEmpty()) {
      throw new Conflict(
          "conflict: unable to remove repository reference \"%s\" (must force) - container %s is using its referenced image %s"
              .formatted(
                  tag, Digests.brief(users.getFirst().containerId()), Digests.brief(row.id())));
    }
    var rest = row.tags().stream().filter(other -> !other.equals(tag)).toList();
    var untagged = new Removed(Optional.of(tag), Optional.empty());
    if (!isLast || !users.isEmpty()) {
      records.put(tagged(row, rest));
      return new ImageRemoval(row.id(), List.of(untagged), List.of());
    }
    return delete(records, row, List.of(untagged));
  }

  private static ImageRemoval byId(Records records, ImageRow row, boolean force, List<User> users) {
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
    if (!users.isEmpty() && (!force || row.tags().isEmpty())) {
      throw conflict(
          row,
          force ? "cannot be forced" : "must be forced",
          "image is being used by stopped container",
          users.getFirst());
    }
    var untagged =
        row.tags().stream()
            .sorted()
            .map(tag -> new Removed(Optional.of(tag), Optional.empty()))
            .toList();
    if (!users.isEmpty()) {
      records.put(tagged(row, List.of()));
      return new ImageRemoval(row.id(), untagged, List.of());
    }
    return delete(records, row, untagged);
  }

  private static ImageRemoval delete(Records records, ImageRow row, List<Removed> untagged) {
    records.removeImage(row.id());
    var steps = new ArrayList<>(untagged);
    steps.add(new Removed(Optional.empty(), Optional.of(row.id())));
    var kept = new HashSet<String>();
    records.images().forEach(other -> kept.addAll(Digests.chainIds(other.layers())));
    for (String chainId : Digests.chainIds(row.layers()).reversed()) {
      if (!kept.contains(chainId)) {
        steps.add(new Removed(Optional.empty(), Optional.of(chainId)));
      }
    }
    var unused = records.unusedLayers();
    unused.forEach(layer -> records.removeLayer(layer.diffId()));
    return new ImageRemoval(row.id(), List.copyOf(steps), unused);
  }

  private static Conflict conflict(ImageRow row, String force, String what, User user) {
    return new Conflict(
        "conflict: unable to delete %s (%s) - %s %s"
            .formatted(Digests.brief(row.id()), force, what, Digests.brief(user.containerId())));
  }

  private static ImageRow tagged(ImageRow row, List<String> tags) {
    return new ImageRow(
        row.id(), row.config(), row.layers(), tags, row.sizeBytes(), row.createdAt());
  }

  /** As Docker tells them apart: an id or its beginning, where it is no tag of this image. */
  private static boolean isId(ImageRow row, String reference) {
    boolean isPrefix =
        (row.id().startsWith(reference) && reference.startsWith(Digests.PREFIX))
            || Digests.hex(row.id()).startsWith(reference);
    return isPrefix && !row.tags().contains(reference + ":latest");
  }
}
