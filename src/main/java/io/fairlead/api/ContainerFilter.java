package io.fairlead.api;

import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.engine.Container;
import io.fairlead.image.Image;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/** Which containers a listing asks for. */
final class ContainerFilter implements Predicate<Container> {
  static final Set<String> KEYS =
      Set.of(
          "id",
          "name",
          "label",
          "status",
          "ancestor",
          "network",
          "publish",
          "expose",
          "exited",
          "before",
          "since",
          "volume",
          "health",
          "is-task");
  private static final Set<String> STATES =
      Set.of("created", "restarting", "running", "removing", "paused", "exited", "dead");
  private static final Set<String> HEALTH = Set.of("none", "starting", "healthy", "unhealthy");

  private final Filters filters;
  private final List<Container> all;
  private final List<Image> images;

  ContainerFilter(Filters filters, List<Container> all, List<Image> images) {
    this.filters = filters;
    this.all = all;
    this.images = images;
    check("status", STATES);
    check("health", HEALTH);
    for (String code : filters.of("exited")) {
      if (!code.matches("-?\\d{1,9}")) {
        throw new InvalidRequest("invalid filter 'exited=%s': expected a number".formatted(code));
      }
    }
  }

  private void check(String key, Set<String> values) {
    for (String value : filters.of(key)) {
      if (!values.contains(value)) {
        throw new InvalidRequest(
            "invalid value for %s (%s): must be one of %s"
                .formatted(key, value, String.join(", ", values.stream().sorted().toList())));
      }
    }
  }

  /** Asking for a state asks for containers that do not run, too. */
  boolean asksForStopped() {
    return filters.has("status") || filters.has("exited");
  }

  @Override
  public boolean test(Container container) {
    return filters.matches("id", container.id())
        && (filters.matches("name", container.name())
            || filters.matches("name", "/" + container.name()))
        && filters.allowsLabels(container.spec().labels())
        && filters.allows("status", ContainerStatus.word(container)::equals)
        && filters.allows("exited", code -> hasExited(container, code))
        && filters.allows("health", "none"::equals)
        && filters.flag("is-task").map(isTask -> !isTask).orElse(true)
        && filters.allows("ancestor", name -> isMadeOf(container, name))
        && filters.allows("network", name -> isOn(container, name))
        && filters.allows("volume", path -> hasBind(container, path))
        && filters.allows("publish", port -> hasPort(container, port, true))
        && filters.allows("expose", port -> hasPort(container, port, false))
        && filters.allows("before", name -> container.createdAt().isBefore(createdAt(name)))
        && filters.allows("since", name -> container.createdAt().isAfter(createdAt(name)));
  }

  private static boolean hasExited(Container container, String code) {
    return container.finishedAt().isPresent()
        && !ContainerStatus.isRunning(container)
        && container.exitCode() == Integer.parseInt(code);
  }

  private boolean isMadeOf(Container container, String name) {
    String tag = name.lastIndexOf(':') > name.lastIndexOf('/') ? name : name + ":latest";
    String digits = name.startsWith("sha256:") ? name.substring(7) : name;
    return images.stream()
            .anyMatch(image -> image.id().equals(container.imageId()) && image.tags().contains(tag))
        || container.spec().image().equals(name)
        || (digits.matches("[0-9a-f]{4,64}") && container.imageId().startsWith("sha256:" + digits));
  }

  private static boolean isOn(Container container, String name) {
    return container.spec().networkMode().equals(name)
        || container.network().endpoints().entrySet().stream()
            .anyMatch(
                each -> each.getKey().equals(name) || each.getValue().networkId().startsWith(name));
  }

  private static boolean hasBind(Container container, String path) {
    return container.spec().binds().stream()
        .map(Bind::parse)
        .anyMatch(
            bind -> bind.source().toString().equals(path) || bind.target().toString().equals(path));
  }

  /** {@code 80}, {@code 80/udp}, {@code 8000-8010/tcp}. */
  private static boolean hasPort(Container container, String wanted, boolean isPublic) {
    String[] parts = wanted.toLowerCase(Locale.ROOT).split("/", 2);
    String[] ends = parts[0].split("-", 2);
    String protocol = parts.length > 1 ? parts[1] : "tcp";
    int first = port(ends[0], wanted);
    int last = ends.length > 1 ? port(ends[1], wanted) : first;
    return PortSummary.of(container.network().ports()).stream()
        .filter(port -> port.type().equals(protocol))
        .map(port -> isPublic ? port.publicPort() : Integer.valueOf(port.privatePort()))
        .anyMatch(number -> number != null && first <= number && number <= last);
  }

  private static int port(String text, String filter) {
    if (!text.matches("\\d{1,5}")) {
      throw new InvalidRequest(
          "invalid port filter '%s': expected PORT[-PORT][/PROTOCOL]".formatted(filter));
    }
    return Integer.parseInt(text);
  }

  private Instant createdAt(String reference) {
    String name = reference.startsWith("/") ? reference.substring(1) : reference;
    return all.stream()
        .filter(each -> each.name().equals(name) || each.id().startsWith(name))
        .findFirst()
        .map(Container::createdAt)
        .orElseThrow(() -> new NotFound("No such container: " + reference));
  }
}
