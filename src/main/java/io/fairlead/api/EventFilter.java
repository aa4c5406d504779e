package io.fairlead.api;

import io.fairlead.engine.Event;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Which events a listener asks for. */
final class EventFilter implements Predicate<Event> {
  static final Set<String> KEYS =
      Set.of(
          "config",
          "container",
          "daemon",
          "event",
          "image",
          "label",
          "network",
          "node",
          "plugin",
          "scope",
          "secret",
          "service",
          "type",
          "volume");

  /** Filters that name one object, and the types of event that are about such objects. */
  private static final Map<String, Event.Type> OBJECTS =
      Map.of(
          "container", Event.Type.CONTAINER,
          "network", Event.Type.NETWORK,
          "volume", Event.Type.VOLUME,
          "daemon", Event.Type.DAEMON);

  /** Of objects that this engine never has. */
  private static final Set<String> FOREIGN =
      Set.of("config", "node", "plugin", "secret", "service");

  private final Filters filters;

  EventFilter(Filters filters) {
    this.filters = filters;
  }

  @Override
  public boolean test(Event event) {
    return filters.allows("type", EventJson.word(event.type())::equals)
        && filters.allows("event", wanted -> isAction(event.action(), wanted))
        && filters.allows("scope", "local"::equals)
        && OBJECTS.entrySet().stream()
            .allMatch(
                each ->
                    filters.allows(each.getKey(), name -> isAbout(event, each.getValue(), name)))
        && filters.allows("image", name -> isOfImage(event, name))
        && FOREIGN.stream().noneMatch(filters::has)
        && filters.allowsLabels(event.attributes());
  }

  /** {@code exec_start: sh -c true} is asked for by its first word. */
  private static boolean isAction(String action, String wanted) {
    return action.equals(wanted) || action.startsWith(wanted + ": ");
  }

  /** By the beginning of the id or of the name, as with Docker. */
  private static boolean isAbout(Event event, Event.Type type, String name) {
    return event.type() == type
        && (event.id().startsWith(name)
            || event.attributes().getOrDefault("name", "").startsWith(name));
  }

  private static boolean isOfImage(Event event, String wanted) {
    String name =
        switch (event.type()) {
          case CONTAINER -> event.attributes().getOrDefault("image", "");
          case IMAGE -> event.attributes().getOrDefault("name", "");
          case NETWORK, VOLUME, DAEMON -> "";
        };
    boolean isId = event.type() == Event.Type.IMAGE && event.id().equals(wanted);
    return isId || name.equals(wanted) || withoutTag(name).equals(wanted);
  }

  private static String withoutTag(String name) {
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
  }
}
