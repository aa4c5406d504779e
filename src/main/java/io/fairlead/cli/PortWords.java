package io.fairlead.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Ports as tables and people have them: {@code 0.0.0.0:8080->80/tcp}, neighbours drawn together to
 * {@code 0.0.0.0:8000-8002->8000-8002/tcp}.
 */
final class PortWords {
  private PortWords() {}

  private record Run(String ip, long publicPort, long privatePort, String type, int length) {
    boolean isFollowedBy(Run next) {
      return ip.equals(next.ip)
          && type.equals(next.type)
          && next.privatePort == privatePort + length
          && next.publicPort == (publicPort == 0 ? 0 : publicPort + length);
    }

    Run longer() {
      return new Run(ip, publicPort, privatePort, type, length + 1);
    }

    String text() {
      String inside = range(privatePort) + "/" + type;
      return publicPort == 0 ? inside : "%s:%s->%s".formatted(host(ip), range(publicPort), inside);
    }

    private String range(long first) {
      return length == 1 ? Long.toString(first) : first + "-" + (first + length - 1);
    }
  }

  /** The {@code Ports} of a container in the list. */
  static String list(Json ports) {
    List<Run> sorted =
        ports.items().stream()
            .map(
                port ->
                    new Run(
                        port.at("IP").text(),
                        port.at("PublicPort").number(),
                        port.at("PrivatePort").number(),
                        port.at("Type").text(),
                        1))
            .sorted(
                Comparator.comparing(Run::ip)
                    .thenComparing(Run::type)
                    .thenComparingLong(Run::privatePort)
                    .thenComparingLong(Run::publicPort))
            .toList();
    var runs = new ArrayList<Run>();
    for (Run port : sorted) {
      if (!runs.isEmpty() && runs.getLast().isFollowedBy(port)) {
        runs.add(runs.removeLast().longer());
      } else {
        runs.add(port);
      }
    }
    return String.join(", ", runs.stream().map(Run::text).toList());
  }

  /** An address as it stands before a colon and a port. */
  static String host(String ip) {
    return ip.contains(":") ? "[" + ip + "]" : ip;
  }

  /**
   * Where a person reaches the ports of {@code NetworkSettings.Ports}: one line each, v6 left out
   * where v4 has the same.
   */
  static List<String> reachable(Json ports) {
    var lines = new ArrayList<String>();
    ports
        .fields()
        .forEach(
            (inside, bindings) -> {
              for (Json binding : bindings.items()) {
                String line =
                    "%s is reachable at %s"
                        .formatted(
                            inside,
                            address(
                                inside,
                                binding.at("HostIp").text(),
                                binding.at("HostPort").text()));
                if (!lines.contains(line)) {
                  lines.add(line);
                }
              }
            });
    return lines;
  }

  private static String address(String inside, String ip, String port) {
    boolean isEverywhere = ip.isEmpty() || ip.equals("0.0.0.0") || ip.equals("::");
    String scheme =
        switch (inside) {
          case "80/tcp", "3000/tcp", "5000/tcp", "8000/tcp", "8080/tcp" -> "http://";
          case "443/tcp", "8443/tcp" -> "https://";
          default -> "";
        };
    return scheme + (isEverywhere ? "localhost" : host(ip)) + ":" + port;
  }
}
