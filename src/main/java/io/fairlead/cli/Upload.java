package io.fairlead.cli;

import io.fairlead.cli.HttpConnection.Response;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Sends a file or standard input to the daemon, and prints what it says of it, line by line. */
final class Upload {
  private Upload() {}

  /**
   * @param file {@code -}: standard input
   */
  static int send(Daemon daemon, String target, String file) throws IOException {
    try (InputStream content = file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
        var connection = daemon.connect()) {
      printMessages(daemon.upload(connection, "POST", target, content::transferTo));
      return 0;
    } catch (NoSuchFileException e) {
      throw new CommandFailure("no such file: " + file);
    }
  }

  /** After a 200 the daemon tells a failure within the stream. */
  private static void printMessages(Response response) throws IOException {
    try (var lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        if (!line.startsWith("{")) {
          continue;
        }
        Json message = Json.parse(line);
        String error = message.at("error").text();
        if (!error.isEmpty()) {
          throw new CommandFailure(error);
        }
        String text = message.at("stream").text() + message.at("status").text();
        if (!text.isBlank()) {
          System.out.println(text.strip());
        }
      }
    }
  }
}
