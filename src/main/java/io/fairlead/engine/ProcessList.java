package io.fairlead.engine;

import io.fairlead.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A container's processes as ps(1) would list them on the host, read from /proc: no program is
 * asked, neither the host's nor the image's.
 *
 * @param titles of the columns
 * @param processes a value for each column
 */
public record ProcessList(List<String> titles, List<List<String>> processes) {

  /** A column: its title, and what it says of a process. */
  record Column(String title, Function<ProcessFacts, String> value) {}

  private static final Map<String, Column> COLUMNS =
      Map.ofEntries(
          column("pid", "PID", facts -> String.valueOf(facts.pid())),
          column("ppid", "PPID", facts -> String.valueOf(facts.parent())),
          column("uid", "UID", facts -> String.valueOf(facts.uid())),
          column("user", "USER", ProcessFacts::user),
          column("c", "C", facts -> String.valueOf(Math.round(facts.cpuPercent()))),
          column("pcpu", "%CPU", facts -> "%.1f".formatted(facts.cpuPercent())),
          column("pmem", "%MEM", facts -> "%.1f".formatted(facts.memoryPercent())),
          column("vsz", "VSZ", facts -> String.valueOf(facts.virtualKilobytes())),
          column("rss", "RSS", facts -> String.valueOf(facts.residentKilobytes())),
          column("tty", "TTY", ProcessFacts::terminal),
          column("stat", "STAT", ProcessFacts::state),
          column("stime", "STIME", ProcessFacts::started),
          column("start", "START", ProcessFacts::started),
          column("time", "TIME", ProcessFacts::cpuTime),
          column("etime", "ELAPSED", ProcessFacts::elapsed),
          column("ni", "NI", facts -> String.valueOf(facts.nice())),
          column("nlwp", "NLWP", facts -> String.valueOf(facts.threads())),
          column("comm", "COMMAND", ProcessFacts::name),
          column("cmd", "CMD", ProcessFacts::command),
          column("args", "COMMAND", ProcessFacts::command));

  /** Other names of the same. */
  private static final Map<String, String> ALIASES =
      Map.of(
          "command", "args",
          "%cpu", "pcpu",
          "%mem", "pmem",
          "tt", "tty",
          "tname", "tty",
          "s", "stat",
          "state", "stat",
          "cputime", "time",
          "euser", "user",
          "nice", "ni");

  private static final List<String> FULL =
      List.of("user:UID", "pid", "ppid", "c", "stime", "tty", "time", "cmd");
  private static final List<String> BSD =
      List.of("user", "pid", "pcpu", "pmem", "vsz", "rss", "tty", "stat", "start", "time", "args");

  private static Map.Entry<String, Column> column(
      String name, String title, Function<ProcessFacts, String> value) {
    return Map.entry(name, new Column(title, value));
  }

  /**
   * @param arguments {@code -ef}, {@code aux}, {@code -o pid,args}, {@code -eo pid=ID}
   * @throws InvalidRequest for a form or a column that is not known here
   */
  static List<Column> columns(String arguments) {
    String[] words = arguments.strip().split("\\s+", -1);
    String form = words[0].startsWith("-") ? words[0].substring(1) : words[0];
    if (form.endsWith("o") && words.length > 1) {
      var columns = new ArrayList<Column>();
      for (int i = 1; i < words.length; i++) {
        if (!words[i].equals("-o")) {
          for (String name : words[i].split(",", -1)) {
            columns.add(column(name));
          }
        }
      }
      if (columns.stream().noneMatch(column -> column.title().equals("PID"))) {
        throw new InvalidRequest("Couldn't find PID field in ps output: ask for the column pid");
      }
      return columns;
    }
    return switch (words.length == 1 ? form : "") {
      case "ef", "f", "fe" -> FULL.stream().map(ProcessList::column).toList();
      case "aux", "axu", "uax", "ux" -> BSD.stream().map(ProcessList::column).toList();
      default ->
          throw new InvalidRequest(
              "ps arguments '%s' are not known here: use -ef, aux, or -o with columns of %s"
                  .formatted(
                      arguments, String.join(",", COLUMNS.keySet().stream().sorted().toList())));
    };
  }

  /** A name, or a name and a title of one's own. */
  private static Column column(String text) {
    String[] parts = text.split("[:=]", 2);
    String name = parts[0].toLowerCase(Locale.ROOT);
    Column known =
        Optional.ofNullable(COLUMNS.get(ALIASES.getOrDefault(name, name)))
            .orElseThrow(
                () ->
                    new InvalidRequest(
                        "error: unknown user-defined format specifier \"%s\"; there are %s"
                            .formatted(
                                name,
                                String.join(",", COLUMNS.keySet().stream().sorted().toList()))));
    return parts.length == 1 ? known : new Column(parts[1], known.value());
  }

  static ProcessList of(List<Column> columns, List<Integer> pids) {
    var rows = new ArrayList<List<String>>();
    for (int pid : pids) {
      ProcessFacts.read(pid)
          .ifPresent(
              facts -> rows.add(columns.stream().map(each -> each.value().apply(facts)).toList()));
    }
    return new ProcessList(columns.stream().map(Column::title).toList(), rows);
  }
}
