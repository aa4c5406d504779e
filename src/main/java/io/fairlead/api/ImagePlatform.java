package io.fairlead.api;

import io.fairlead.NotFound;
import io.fairlead.image.Image;
import java.util.function.Function;

/** Whether an image is of the platform that a request names. */
final class ImagePlatform {
  private ImagePlatform() {}

  /**
   * @param sinceMinor the version that has the parameter; older ones do not look at it
   * @throws NotFound if the image is there for another platform
   */
  static void check(Exchange exchange, int sinceMinor, String parameter, String name, Image image) {
    check(exchange, sinceMinor, parameter, name, _ -> image);
  }

  static void check(
      Exchange exchange,
      int sinceMinor,
      String parameter,
      String name,
      Function<String, Image> find) {
    if (!exchange.version().isAtLeast(sinceMinor)) {
      return;
    }
    for (String wanted : exchange.query().all(parameter)) {
      if (!wanted.isEmpty()) {
        Image image = find.apply(name);
        if (!Platforms.isOurs(wanted, image.architecture())) {
          throw new NotFound(
              "image with reference %s was found but its platform (%s/%s) does not match the specified platform (%s)"
                  .formatted(name, image.os(), image.architecture(), wanted));
        }
      }
    }
  }
}
