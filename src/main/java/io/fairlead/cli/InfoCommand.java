package io.fairlead.cli;

import java.util.ArrayList;
import java.util.List;

/** {@code fairlead info}: what the engine is, found and chose on this machine. */
final class InfoCommand implements Command {
  private final Format format = new Format();

  @Override
  public Usage usage() {
    return Usage.of("info", "Show what the engine found and chose on this machine")
        .with(format::describe);
  }

  @Override
  public int run(Host host, List<String> arguments) {
    Json info = host.daemon().get("/info");
    System.out.print(format.isJson() ? Json.line(info) + "\n" : text(info));
    return 0;
  }

  static String text(Json info) {
    var out = new StringBuilder();
    line(out, "Engine", "Fairlead " + info.at("FairleadVersion").text());
    line(out, "Id", info.at("ID").text());
    line(
        out,
        "Containers",
        "%s (%s running)"
            .formatted(info.at("Containers").text(), info.at("ContainersRunning").text()));
    line(out, "Images", info.at("Images").text());
    line(out, "Runtime", info.at("DefaultRuntime").text());
    line(out, "Storage", info.at("Driver").text());
    line(out, "Cgroups", "v" + info.at("CgroupVersion").text());
    line(out, "Default bridge", info.at("DefaultBridge").text());
    line(out, "Data", info.at("DockerRootDir").text());
    line(
        out,
        "Machine",
        "%s, %s, kernel %s, %s, %s CPUs, %s"
            .formatted(
                info.at("Name").text(),
                info.at("OperatingSystem").text(),
                info.at("KernelVersion").text(),
                info.at("Architecture").text(),
                info.at("NCPU").text(),
                Words.size(info.at("MemTotal").number())));
    section(out, "Found at its start", findings(info));
    section(out, "Warnings", info.at("Warnings").items().stream().map(Json::text).toList());
    return out.toString();
  }

  private static List<String> findings(Json info) {
    var findings = new ArrayList<String>();
    for (Json status : info.at("DriverStatus").items()) {
      List<Json> pair = status.items();
      if (pair.size() == 2) {
        String name = pair.getFirst().text();
        String value = pair.getLast().text();
        findings.add(name.equals("Finding") ? value : name + ": " + value);
      }
    }
    return findings;
  }

  private static void line(StringBuilder out, String name, String value) {
    out.append("%-15s %s\n".formatted(name + ":", value));
  }

  private static void section(StringBuilder out, String title, List<String> lines) {
    if (!lines.isEmpty()) {
      out.append(title).append(":\n");
      lines.forEach(line -> out.append("  ").append(line).append('\n'));
    }
  }
}
