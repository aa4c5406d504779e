package io.fairlead.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code fairlead inspect}: everything known of an object. */
final class InspectCommand implements Command {
  private final Format format = new Format();
  private List<Kind> kinds = List.of(Kind.values());

  /** The kinds of objects, in the order in which a name is looked for. */
  enum Kind {
    CONTAINER("/containers/%s/json"),
    IMAGE("/images/%s/json"),
    NETWORK("/networks/%s");

    private final String place;

    Kind(String place) {
      this.place = place;
    }
  }

  @Override
  public Usage usage() {
    return Usage.of("inspect", "Print everything known of containers, images or networks")
        .option(
            "--type",
            "container|image|network",
            "What the names are of (default: whatever is found first, in this order)",
            value -> kinds = List.of(kind(value)))
        .with(format::describe)
        .arguments("NAME...", 1, Usage.ANY);
  }

  private static Kind kind(String name) {
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandFailure(
                    2, "--type is container, image or network, not '%s'".formatted(name)));
  }

  @Override
  public int run(Host host, List<String> names) {
    return print(host.daemon(), names, kinds, format.isJson());
  }

  /** Prints a JSON array of what was found; with {@code asLines} one object a line. */
  static int print(Daemon daemon, List<String> names, List<Kind> kinds, boolean asLines) {
    var found = new ArrayList<Json>();
    int exitCode = EachName.call(names, name -> find(daemon, name, kinds, found));
    if (asLines) {
      found.forEach(object -> System.out.println(Json.line(object)));
    } else {
      System.out.println(Json.pretty(found));
    }
    return exitCode;
  }

  private static String find(Daemon daemon, String name, List<Kind> kinds, List<Json> found) {
    @Nullable Refusal last = null;
    for (Kind kind : kinds) {
      try {
        found.add(daemon.get(kind.place.formatted(Daemon.path(name))));
        return "";
      } catch (Refusal e) {
        if (e.status() != 404) {
          throw e;
        }
        last = e;
      }
    }
    throw kinds.size() == 1 && last != null ? last : new Refusal(404, "No such object: " + name);
  }
}
