package io.fairlead.cli;

import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code fairlead version}: of this command, and of the daemon if one answers; starts none. */
final class VersionCommand implements Command {
  private final Format format = new Format();

  @Override
  public Usage usage() {
    return Usage.of("version", "Show the version of this command and of the daemon")
        .with(format::describe);
  }

  @Override
  public int run(Host host, List<String> arguments) {
    var client = new LinkedHashMap<String, Object>();
    client.put("Version", Build.version());
    client.put("Build", Build.id());
    client.put("Java", Runtime.version().toString());
    var both = new LinkedHashMap<String, @Nullable Object>();
    both.put("Client", client);
    Daemon daemon = host.daemonIfAny();
    both.put("Server", daemon.answers() ? daemon.get("/version").value() : null);
    System.out.print(format.isJson() ? Json.line(both) + "\n" : text(new Json(both)));
    return 0;
  }

  private static String text(Json both) {
    Json client = both.at("Client");
    Json server = both.at("Server");
    var out = new StringBuilder();
    out.append(
        "Command: Fairlead %s (build %s, Java %s)\n"
            .formatted(
                client.at("Version").text(), client.at("Build").text(), client.at("Java").text()));
    if (server.isMissing()) {
      return out.append("Daemon:  none answers\n").toString();
    }
    out.append(
        "Daemon:  %s, API %s (from %s), on Linux %s %s\n"
            .formatted(
                server.at("Platform").at("Name").text(),
                server.at("ApiVersion").text(),
                server.at("MinAPIVersion").text(),
                server.at("KernelVersion").text(),
                server.at("Arch").text()));
    for (Json part : server.at("Components").items()) {
      out.append("  %-10s %s\n".formatted(part.at("Name").text(), part.at("Version").text()));
    }
    return out.toString();
  }
}
