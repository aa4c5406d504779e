package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.engine.ContainerFiles;
import io.fairlead.engine.ContainerFiles.Found;
import io.fairlead.engine.ContainerFiles.Packing;
import io.fairlead.engine.Engine;
import io.fairlead.image.FileChange;
import io.fairlead.linux.ByteString;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;

/** Files of containers: copied in and out, exported, listed where they are changed. */
final class FilesApi {
  private static final String STATUS_HEADER = "X-Docker-Container-Path-Stat";
  private static final int PIECE_BYTES = 64 * 1024;

  private final ContainerFiles files;

  FilesApi(Engine engine) {
    this.files = engine.files();
  }

  /**
   * @param mode of {@link GoFileMode}
   * @param mtime RFC 3339
   * @param linkTarget where a link leads in the end, from the container's root on
   */
  private record PathStat(
      @JsonProperty("name") String name,
      @JsonProperty("size") long size,
      @JsonProperty("mode") long mode,
      @JsonProperty("mtime") String mtime,
      @JsonProperty("linkTarget") String linkTarget) {

    static PathStat of(Found found) {
      var status = found.status();
      return new PathStat(
          ByteString.text(found.name()),
          status.sizeBytes(),
          GoFileMode.of(status),
          Instant.ofEpochSecond(status.modifiedSecond(), status.modifiedNanos()).toString(),
          ByteString.text(found.linkTarget()));
    }
  }

  /** {@code HEAD /containers/{id}/archive}. */
  void look(Exchange exchange) {
    tell(exchange, files.find(exchange.parameter("id"), path(exchange)));
    exchange.respond(200);
  }

  /** {@code GET /containers/{id}/archive}. */
  void pack(Exchange exchange) throws IOException {
    try (var packed = files.pack(exchange.parameter("id"), path(exchange))) {
      tell(exchange, packed.found());
      send(exchange, packed.packing(), "application/x-tar");
    }
  }

  /** {@code PUT /containers/{id}/archive}. */
  void unpack(Exchange exchange) throws IOException {
    Query query = exchange.query();
    files.unpack(
        exchange.parameter("id"),
        path(exchange),
        query.flag("noOverwriteDirNonDir"),
        query.flag("copyUIDGID"),
        exchange.body());
    exchange.respond(200);
  }

  /** {@code GET /containers/{id}/export}. */
  void export(Exchange exchange) throws IOException {
    try (var packing = files.export(exchange.parameter("id"))) {
      send(exchange, packing, "application/octet-stream");
    }
  }

  private record Change(String path, int kind) {}

  /** {@code GET /containers/{id}/changes}. */
  void changes(Exchange exchange) {
    exchange.respond(
        200,
        files.changes(exchange.parameter("id")).stream()
            .map(change -> new Change(ByteString.text(change.path()), number(change.kind())))
            .toList());
  }

  /** Docker's numbers for them. */
  private static int number(FileChange.Kind kind) {
    return switch (kind) {
      case MODIFIED -> 0;
      case ADDED -> 1;
      case DELETED -> 2;
    };
  }

  private static String path(Exchange exchange) {
    return exchange.query().text("path").orElse("");
  }

  private static void tell(Exchange exchange, Found found) {
    exchange.header(
        STATUS_HEADER, Base64.getEncoder().encodeToString(Json.bytes(PathStat.of(found))));
  }

  private static void send(Exchange exchange, Packing packing, String type) throws IOException {
    // Closed only where it ends well: what breaks off shall not look complete.
    ResponseStream answer = exchange.stream(200, type);
    var pieces = new BufferedOutputStream(answer, PIECE_BYTES);
    packing.writeTo(pieces);
    pieces.flush();
    answer.close();
  }
}
