package io.fairlead.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;

/** {@code fairlead logs}: shows what a container printed. */
final class LogsCommand implements Command {
  private boolean isFollowed;
  private boolean hasTimestamps;
  private String tail = "all";
  private String since = "";
  private String until = "";

  @Override
  public Usage usage() {
    return Usage.of("logs", "Show what a container printed")
        .flag("-f, --follow", "Go on until the container has ended", on -> isFollowed = on)
        .option(
            "-n, --tail",
            "LINES",
            "Only so many lines from the end (default: all)",
            value -> tail = value)
        .flag("-t, --timestamps", "Each line's time before it", on -> hasTimestamps = on)
        .option(
            "--since",
            "TIME",
            "Only what is newer: 2026-01-02T13:23:37Z, seconds since 1970, or 10m for ten minutes"
                + " ago",
            value -> since = "&since=" + seconds(value, Instant.now()))
        .option(
            "--until",
            "TIME",
            "Only what is older",
            value -> until = "&until=" + seconds(value, Instant.now()))
        .arguments("CONTAINER", 1, 1);
  }

  @Override
  public int run(Host host, List<String> arguments) throws Exception {
    Daemon daemon = host.daemon();
    String target =
        "/containers/%s/logs?stdout=1&stderr=1&follow=%d&timestamps=%d&tail=%s%s%s"
            .formatted(
                Daemon.escape(arguments.getFirst()),
                isFollowed ? 1 : 0,
                hasTimestamps ? 1 : 0,
                Daemon.escape(tail),
                since,
                until);
    try (var connection = daemon.connect()) {
      Streams.copy(daemon.open(connection, "GET", target));
    }
    return 0;
  }

  /** Seconds since 1970, with a fraction where there is one. */
  static String seconds(String time, Instant now) {
    if (time.matches("\\d+(\\.\\d+)?")) {
      return time;
    }
    try {
      Instant instant =
          time.matches("(?i)([0-9.]+[hms])+")
              ? now.minus(Duration.parse("PT" + time.toUpperCase(Locale.ROOT)))
              : Instant.parse(time);
      return "%d.%09d".formatted(instant.getEpochSecond(), instant.getNano());
    } catch (DateTimeParseException e) {
      throw new CommandFailure(
          2,
          "'%s' is no time; expected 2026-01-02T13:23:37Z, seconds since 1970, or how long ago, as 1h30m"
              .formatted(time));
    }
  }
}
