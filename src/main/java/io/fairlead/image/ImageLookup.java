package io.fairlead.image;

import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.store.ImageRow;
import io.fairlead.store.Records;
import java.util.List;
import java.util.regex.Pattern;

/** Finds the image that a reference means: a tag, an id, or an unambiguous prefix of one. */
final class ImageLookup {
  private static final Pattern ID_PREFIX = Pattern.compile("(sha256:)?[0-9a-f]{1,64}");

  private ImageLookup() {}

  static boolean isIdPrefix(String reference) {
    return ID_PREFIX.matcher(reference).matches();
  }

  static ImageRow row(Records records, String reference) {
    boolean isIdPrefix = isIdPrefix(reference);
    String hex = reference.startsWith(Digests.PREFIX) ? Digests.hex(reference) : reference;
    if (isIdPrefix && hex.length() == 64) {
      return records
          .image(Digests.PREFIX + hex)
          .filter(row -> !row.isRemoved())
          .orElseThrow(() -> absent(Digests.PREFIX + hex));
    }
    boolean isDigest = reference.startsWith(Digests.PREFIX);
    if (!(isDigest && isIdPrefix)) {
      var tagged = records.imageByTag(Reference.parse(reference).tagged().toString());
      if (tagged.isPresent()) {
        return tagged.get();
      }
    }
    var found = isIdPrefix ? records.imagesByIdPrefix(hex) : List.<ImageRow>of();
    if (found.size() > 1) {
      throw new InvalidRequest(
          "ambiguous reference: \"%s\" begins the ids of several images; give more digits"
              .formatted(reference));
    }
    if (found.isEmpty()) {
      throw absent(isDigest ? reference : Reference.parse(reference).tagged().toString());
    }
    return found.getFirst();
  }

  private static NotFound absent(String shown) {
    return new NotFound("No such image: " + shown);
  }
}
