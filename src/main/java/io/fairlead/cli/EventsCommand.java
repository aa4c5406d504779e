package io.fairlead.cli;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.StringJoiner;

/** {@code fairlead events}: tells what happens, as it happens. */
final class EventsCommand implements Command {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX");

  private final FilterFlags filters = new FilterFlags();
  private final Format format = new Format();
  private String bounds = "";

  @Override
  public Usage usage() {
    return Usage.of("events", "Tell what happens to containers, images and networks")
        .option(
            "--since",
            "TIME",
            "From then on, and first what was (the latest 256 are kept): 2026-01-02T13:23:37Z,"
                + " seconds since 1970, or 10m for ten minutes ago",
            value -> bounds += "&since=" + LogsCommand.seconds(value, Instant.now()))
        .option(
            "--until",
            "TIME",
            "Until then (default: for ever)",
            value -> bounds += "&until=" + LogsCommand.seconds(value, Instant.now()))
        .with(usage -> filters.describe(usage, "type=, event=, container=, image=, label=, ..."))
        .with(format::describe);
  }

  @Override
  public int run(Host host, List<String> arguments) throws Exception {
    Daemon daemon = host.daemon();
    try (var connection = daemon.connect();
        var lines =
            new BufferedReader(
                new InputStreamReader(
                    daemon.open(connection, "GET", "/events?" + bounds + filters.query()).body(),
                    StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        if (!line.isBlank()) {
          System.out.println(
              format.isJson() ? line : text(Json.parse(line), ZoneId.systemDefault()));
          System.out.flush();
        }
      }
    }
    return 0;
  }

  /** {@code 2026-01-02T13:23:37.123456789Z container start ID (image=busybox, name=web)}. */
  static String text(Json event, ZoneId zone) {
    long nanos = event.at("timeNano").number();
    Instant at = Instant.EPOCH.plusNanos(nanos);
    var attributes = new StringJoiner(", ", " (", ")").setEmptyValue("");
    Json actor = event.at("Actor");
    actor
        .at("Attributes")
        .fields()
        .forEach((name, value) -> attributes.add(name + "=" + value.text()));
    return "%s %s %s %s%s"
        .formatted(
            TIME.format(at.atZone(zone)),
            event.at("Type").text(),
            event.at("Action").text(),
            actor.at("ID").text(),
            attributes);
  }
}
