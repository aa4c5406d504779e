package io.fairlead.api;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** The headers that every answer has, and the media types of streams. */
final class Headers {
  /** Frames of eight bytes and their content; since version 1.42 it has a name of its own. */
  static final String MULTIPLEXED_STREAM = "application/vnd.docker.multiplexed-stream";

  static final String RAW_STREAM = "application/vnd.docker.raw-stream";

  /**
   * The release of Docker whose API and behaviour this engine follows. Clients ask for it and
   * compare it (Testcontainers wants 1.6.0 or later), so it is not our own version; that is among
   * the components of {@code /version}.
   */
  static final String DOCKER_VERSION = "28.5.2";

  private Headers() {}

  static HttpHeaders common() {
    return new DefaultHttpHeaders()
        .set("Server", "Docker/" + DOCKER_VERSION + " (linux)")
        .set("Api-Version", ApiVersion.NEWEST.toString())
        .set("Ostype", "linux")
        .set("Docker-Experimental", "false")
        .set(
            "Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
  }

  static String multiplexed(ApiVersion version) {
    return version.isAtLeast(42) ? MULTIPLEXED_STREAM : RAW_STREAM;
  }
}
