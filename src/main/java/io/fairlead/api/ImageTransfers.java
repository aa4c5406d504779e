package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import io.fairlead.NotFound;
import io.fairlead.engine.Engine;
import io.fairlead.engine.EngineInfo;
import io.fairlead.image.Image;
import io.fairlead.image.Images;
import io.fairlead.image.Saving;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Images on their way in and out: import, load, save. */
final class ImageTransfers {
  private static final String JSON = "application/json";
  private static final int PIECE_BYTES = 64 * 1024;

  private final Engine engine;
  private final String architecture;

  ImageTransfers(Engine engine, EngineInfo info) {
    this.engine = engine;
    this.architecture = info.architecture();
  }

  private record Progress(@JsonProperty("status") String status) {}

  private record Line(@JsonProperty("stream") String stream) {}

  /** {@code POST /images/create}: an import of the body, or a pull. */
  void create(Exchange exchange) throws IOException {
    Query query = exchange.query();
    Optional<String> image = query.text("fromImage");
    if (image.isPresent()) {
      pull(exchange, image.get(), query.text("tag"));
      return;
    }
    String source = query.text("fromSrc").orElse("");
    if (!source.equals("-")) {
      throw new NotBuilt(
          "not built in this version: importing from a URL (%s); send the tar itself (-)"
              .formatted(source));
    }
    checkPlatform(exchange, 32);
    Image made =
        engine
            .images()
            .importRoot(
                exchange.body(),
                query.text("repo").map(repo -> withTag(repo, query.text("tag"))),
                query.text("message").orElse(""),
                query.all("changes"));
    try (ResponseStream answer = exchange.stream(200, JSON)) {
      answer.json(new Progress(made.id()));
    }
  }

  private static String withTag(String name, Optional<String> tag) {
    return tag.map(each -> name + (each.startsWith("sha256:") ? "@" : ":") + each).orElse(name);
  }

  /** The image that is built in can be had; all others would have to be fetched. */
  private void pull(Exchange exchange, String name, Optional<String> tag) throws IOException {
    String reference = withTag(name.replaceFirst("^docker\\.io/(library/)?", ""), tag);
    String full =
        reference.lastIndexOf(':') > reference.lastIndexOf('/') ? reference : reference + ":latest";
    if (!full.equals(Images.HELLO)) {
      throw new NotBuilt(
          "No such image: %s, and pulling is not built in this version; import it (docker import)"
                  .formatted(full)
              + " or load it (docker load)");
    }
    Image hello = engine.images().hello();
    try (ResponseStream answer = exchange.stream(200, JSON)) {
      answer.json(new Progress("Built in: " + hello.id()));
      answer.json(new Progress("Status: Image is up to date for " + Images.HELLO));
    }
  }

  /** {@code POST /images/load}. */
  void load(Exchange exchange) throws IOException {
    checkPlatform(exchange, 48);
    List<Image> loaded = engine.images().load(exchange.body());
    try (ResponseStream answer = exchange.stream(200, JSON)) {
      for (Image image : loaded) {
        if (image.tags().isEmpty()) {
          answer.json(new Line("Loaded image ID: " + image.id() + "\n"));
        }
        for (String tag : image.tags()) {
          answer.json(new Line("Loaded image: " + tag + "\n"));
        }
      }
    }
  }

  /** {@code GET /images/{name}/get}. */
  void saveOne(Exchange exchange) throws IOException {
    save(exchange, List.of(exchange.parameter("image")));
  }

  /** {@code GET /images/get}, of all the {@code names}. */
  void saveAll(Exchange exchange) throws IOException {
    List<String> names = exchange.query().all("names").stream().filter(n -> !n.isEmpty()).toList();
    if (names.isEmpty()) {
      throw new InvalidRequest("names: say which images are to be saved");
    }
    save(exchange, names);
  }

  private void save(Exchange exchange, List<String> names) throws IOException {
    for (String name : names) {
      ImagePlatform.check(exchange, 48, "platform", name, engine.images()::find);
    }
    try (Saving saving = engine.images().save(names)) {
      // Closed only where it ends well: what breaks off shall not look complete.
      ResponseStream answer = exchange.stream(200, "application/x-tar");
      var pieces = new BufferedOutputStream(answer, PIECE_BYTES);
      saving.writeTo(pieces);
      pieces.flush();
      answer.close();
    }
  }

  /** Images of other platforms than this machine's are not taken in. */
  private void checkPlatform(Exchange exchange, int sinceMinor) {
    if (exchange.version().isAtLeast(sinceMinor)) {
      exchange
          .query()
          .text("platform")
          .filter(wanted -> !Platforms.isOurs(wanted, architecture))
          .ifPresent(
              wanted -> {
                throw new NotFound(
                    "only images for this machine (linux/%s) are taken in, not for %s"
                        .formatted(Platforms.canonical(architecture), wanted));
              });
    }
  }
}
