package io.fairlead.cli;

import io.fairlead.cli.HttpConnection.Response;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The daemon as a client sees it: a socket, and the calls of the Docker Engine API over it. */
final class Daemon {
  private final Path socket;
  private final boolean startsIt;
  private boolean isKnown;

  /**
   * @param startsIt whether one is started when none answers
   */
  Daemon(Path socket, boolean startsIt) {
    this.socket = socket;
    this.startsIt = startsIt;
  }

  Path socket() {
    return socket;
  }

  Json get(String target) {
    return json("GET", target);
  }

  Json post(String target) {
    return json("POST", target);
  }

  Json delete(String target) {
    return json("DELETE", target);
  }

  Json postJson(String target, Map<String, ?> body) {
    try (var connection = connect()) {
      return json(accept(connection.sendJson("POST", target, Json.line(body), false)).text());
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** A call whose answer is read as it comes; the caller closes the connection. */
  Response open(HttpConnection connection, String method, String target) throws IOException {
    return accept(connection.send(method, target, false));
  }

  /** Asks for the bare connection, on which the container's streams then run. */
  Response upgrade(HttpConnection connection, String target) throws IOException {
    return upgraded(connection.send("POST", target, true));
  }

  /** The same of a call that has something to say. */
  Response upgrade(HttpConnection connection, String target, Map<String, ?> body)
      throws IOException {
    return upgraded(connection.sendJson("POST", target, Json.line(body), true));
  }

  private static Response upgraded(Response answer) throws IOException {
    Response response = accept(answer);
    if (response.status() != 101) {
      throw new CommandFailure("the daemon did not give its connection away: " + response.status());
    }
    return response;
  }

  Response upload(
      HttpConnection connection, String method, String target, HttpConnection.Content content)
      throws IOException {
    return accept(connection.sendContent(method, target, content));
  }

  private Json json(String method, String target) {
    try (var connection = connect()) {
      return json(accept(connection.send(method, target, false)).text());
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private static Json json(String text) {
    return text.startsWith("{") || text.startsWith("[") ? Json.parse(text) : new Json(text);
  }

  /** A connection to the daemon, which is started where none answers and we may. */
  HttpConnection connect() {
    try {
      HttpConnection connection = HttpConnection.open(socket);
      if (!isKnown) {
        isKnown = true;
        DaemonNote.read(socket).ifPresent(DaemonNote::warnIfOfAnotherBuild);
      }
      return connection;
    } catch (IOException e) {
      if (!isAbsent(e)) {
        throw broken(e);
      }
      if (!startsIt) {
        throw new CommandFailure("no daemon answers on " + socket);
      }
      DaemonStart.start(socket);
      isKnown = true;
      try {
        return HttpConnection.open(socket);
      } catch (IOException again) {
        throw broken(again);
      }
    }
  }

  boolean answers() {
    try (var connection = HttpConnection.open(socket)) {
      return connection.send("GET", "/_ping", false).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean isAbsent(IOException e) {
    return e instanceof ConnectException || (e instanceof SocketException && !Files.exists(socket));
  }

  CommandFailure broken(IOException e) {
    String cause = String.valueOf(e.getMessage());
    if (cause.contains("Permission denied")) {
      return new CommandFailure(
          "may not use %s: it belongs to root; run this as root, or start the daemon with --group and a group of yours"
              .formatted(socket));
    }
    return new CommandFailure("the daemon at %s: %s".formatted(socket, cause));
  }

  private static Response accept(Response response) throws IOException {
    if (response.status() < 400) {
      return response;
    }
    String text = response.text().strip();
    String message = text.startsWith("{") ? Json.parse(text).at("message").text() : text;
    throw new Refusal(
        response.status(),
        message.isEmpty() ? "the daemon answered " + response.status() : message);
  }

  /** A value for a path or a query. */
  static String escape(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** An image's or container's name for a path, where a slash stays as it is. */
  static String path(String name) {
    return escape(name).replace("%2F", "/").replace("%3A", ":").replace("%40", "@");
  }
}
