package io.fairlead.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The texts of /etc/hosts, /etc/hostname and /etc/resolv.conf, as Docker writes them. */
record NetworkFiles(String hostname, String hosts, String resolvConf) {
  /** Resolvers for a container whose host names none that it could reach; Docker's choice. */
  static final List<String> FALLBACK_RESOLVERS = List.of("8.8.8.8", "8.8.4.4");

  private static final List<String> FALLBACK_RESOLVERS_6 =
      List.of("2001:4860:4860::8888", "2001:4860:4860::8844");

  private static final String LOOPBACK_4 = "127.0.0.1\tlocalhost\n";
  private static final String LOOPBACK_6 =
      """
      ::1\tlocalhost ip6-localhost ip6-loopback
      fe00::\tip6-localnet
      ff00::\tip6-mcastprefix
      ff02::1\tip6-allnodes
      ff02::2\tip6-allrouters
      """;

  private static final Pattern NAMESERVER = Pattern.compile("\\s*nameserver\\s+(\\S+)\\s*");

  /**
   * @param addresses of the container, v4 and v6
   * @param hasV6 whether the container's loopback has ::1
   */
  static String hosts(String hostname, List<String> addresses, boolean hasV6) {
    var text = new StringBuilder(LOOPBACK_4).append(hasV6 ? LOOPBACK_6 : "");
    for (var address : addresses) {
      text.append(address).append('\t').append(hostname).append('\n');
    }
    return text.toString();
  }

  /**
   * The host's resolv.conf for a namespace of its own: without the servers that only the host can
   * reach (loopback, link-local with a zone), without v6 ones where the container has no v6.
   */
  static String resolvConf(String hosts, boolean hasV6) {
    var lines = new ArrayList<String>();
    boolean hasServer = false;
    for (var line : hosts.lines().toList()) {
      var server = NAMESERVER.matcher(line);
      if (!server.matches()) {
        lines.add(line);
      } else if (isReachable(server.group(1), hasV6)) {
        lines.add(line.strip());
        hasServer = true;
      }
    }
    if (!hasServer) {
      FALLBACK_RESOLVERS.forEach(s -> lines.add("nameserver " + s));
      if (hasV6) {
        FALLBACK_RESOLVERS_6.forEach(s -> lines.add("nameserver " + s));
      }
    }
    return String.join("\n", lines) + "\n";
  }

  /** Whether a container gets the fallback instead of the host's own servers. */
  static boolean needsFallback(String hosts, boolean hasV6) {
    return hosts
        .lines()
        .map(NAMESERVER::matcher)
        .noneMatch(m -> m.matches() && isReachable(m.group(1), hasV6));
  }

  private static boolean isReachable(String server, boolean hasV6) {
    if (server.startsWith("127.") || server.equals("::1") || server.contains("%")) {
      return false;
    }
    return hasV6 || !server.contains(":");
  }
}
