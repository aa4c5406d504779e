package io.fairlead.api;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Makes requests to known routes, nearly right: one thing or another in them is not. */
final class RequestMaker {
  private static final List<String> NAMES =
      List.of(
          "rock", "rock", "nosuch", "busybox", "busybox:latest", "bridge", "0", "a", "..", "%00");

  private static final List<String> KEYS =
      List.of(
          "all",
          "limit",
          "size",
          "filters",
          "signal",
          "t",
          "condition",
          "follow",
          "stdout",
          "stderr",
          "since",
          "until",
          "tail",
          "timestamps",
          "stream",
          "logs",
          "stdin",
          "detachKeys",
          "h",
          "w",
          "force",
          "v",
          "link",
          "name",
          "repo",
          "tag",
          "fromSrc",
          "fromImage",
          "ps_args",
          "noprune",
          "changes",
          "names",
          "platform",
          "path",
          "noOverwriteDirNonDir",
          "copyUIDGID",
          "quiet",
          "verbose");

  private static final List<String> VALUES =
      List.of(
          "1",
          "0",
          "true",
          "false",
          "-1",
          "",
          "99999999999999999999",
          "1e9",
          "rock",
          "KILL",
          "USR1",
          "not-running",
          "next-exit",
          "{}",
          "[]",
          "{\"label\":[\"a\"]}",
          "{\"name\":{\"rock\":true}}",
          "{\"label\":",
          "\u0000",
          "é",
          "ctrl-p,ctrl-q",
          "/etc/passwd",
          "/tmp/.",
          "../..",
          "-",
          "busybox",
          "2026-11-24T00:00:00Z",
          "1h");

  private static final List<String> BODIES =
      List.of(
          """
          {"Image":"busybox","Cmd":["true"],"HostConfig":{"NetworkMode":"bridge","AutoRemove":true,"PortBindings":{"80/tcp":[{"HostPort":"0"}]},"Memory":67108864,"RestartPolicy":{"Name":"no"}},"ExposedPorts":{"80/tcp":{}},"Labels":{"a":"b"},"Tty":false}""",
          """
          {"Image":"busybox","Cmd":["false"],"Env":["A=b"],"User":"1:1","WorkingDir":"/tmp","HostConfig":{"Ulimits":[{"Name":"nofile","Soft":100,"Hard":200}],"Tmpfs":{"/t":"size=1m"},"Sysctls":{"net.ipv4.ip_forward":"0"},"CapDrop":["ALL"],"SecurityOpt":["no-new-privileges"]},"NetworkingConfig":{"EndpointsConfig":{"bridge":{}}}}""",
          """
          {"Cmd":["true"],"AttachStdout":true,"Tty":false,"Env":["A=b"],"User":"0","WorkingDir":"/","Privileged":false,"DetachKeys":"ctrl-p"}""",
          """
          {"Detach":true,"Tty":false}""",
          """
          {"Memory":67108864,"PidsLimit":50,"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":2}}""",
          "{}",
          "[]",
          "null",
          "");

  private static final List<String> JUNK =
      List.of(
          "null",
          "-1",
          "1e400",
          "\"\"",
          "[]",
          "{}",
          "[[[[[[[[]]]]]]]]",
          "\"\\ud800\"",
          "true",
          "\"x\"");

  private final List<Route> routes;
  private final Random random;

  RequestMaker(List<Route> routes, Random random) {
    this.routes = routes;
    this.random = random;
  }

  byte[] next() {
    Route route = routes.get(random.nextInt(routes.size()));
    var head = new StringBuilder();
    head.append(chance(50) ? pick(List.of("GET", "POST", "PUT", "BREW")) : route.method())
        .append(' ');
    if (chance(2)) {
      head.append("/v1.").append(random.nextInt(60));
    }
    head.append(path(route.path())).append(query()).append(" HTTP/1.1\r\nHost: docker\r\n");
    String body = route.method().equals("GET") ? "" : body();
    head.append("Content-Type: application/json\r\nConnection: close\r\n");
    if (route.isHijacking() && chance(2)) {
      head.append("Upgrade: tcp\r\n");
    }
    int length = body.getBytes(StandardCharsets.UTF_8).length + (chance(50) ? 7 : 0);
    head.append("Content-Length: ").append(length).append("\r\n\r\n").append(body);
    byte[] bytes = head.toString().getBytes(StandardCharsets.UTF_8);
    return chance(4) ? damaged(bytes) : bytes;
  }

  private String path(String pattern) {
    String path = pattern;
    while (path.contains("{")) {
      String name =
          chance(10)
              ? URLEncoder.encode("x".repeat(random.nextInt(300)) + "/é", StandardCharsets.UTF_8)
              : pick(NAMES);
      path = path.replaceFirst("\\{\\w+}", name);
    }
    return path;
  }

  private String query() {
    var query = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      query
          .append(query.isEmpty() ? '?' : '&')
          .append(pick(KEYS))
          .append('=')
          .append(URLEncoder.encode(pick(VALUES), StandardCharsets.UTF_8));
    }
    return query.toString();
  }

  /** A body in which some value is another. */
  private String body() {
    String body = pick(BODIES);
    for (int i = random.nextInt(3); i > 0; i--) {
      int colon = body.indexOf(':', random.nextInt(body.length() + 1));
      int end = colon < 0 ? -1 : end(body, colon + 1);
      if (end > 0) {
        body = body.substring(0, colon + 1) + pick(JUNK) + body.substring(end);
      }
    }
    return body;
  }

  /** Where the value that begins here ends, if it has no commas or braces in it. */
  private static int end(String body, int from) {
    for (int i = from; i < body.length(); i++) {
      if (",}]".indexOf(body.charAt(i)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** Some bytes are others, or missing; perhaps the end is. */
  private byte[] damaged(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    int length = chance(2) ? random.nextInt(bytes.length + 1) : bytes.length;
    for (int i = 0; i < length; i++) {
      if (!chance(bytes.length / 2)) {
        out.write(bytes[i]);
      } else if (chance(2)) {
        out.write(random.nextInt(256));
      }
    }
    return out.toByteArray();
  }

  private boolean chance(int oneIn) {
    return random.nextInt(Math.max(1, oneIn)) == 0;
  }

  private String pick(List<String> all) {
    return all.get(random.nextInt(all.size()));
  }
}
