package io.fairlead.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * {@code fairlead completion}: what a shell needs to complete our command lines. The script has all
 * commands and flags in it, read off their usages; names it asks for each time, from a daemon that
 * runs: completing never starts one.
 */
final class CompletionCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("completion", "Print a script that lets bash complete this command")
        .arguments("bash", 1, 2)
        .description(
            "Use it with: source <(fairlead completion bash), in ~/.bashrc for every new shell.");
  }

  @Override
  public int run(Host host, List<String> arguments) {
    String what = arguments.getFirst();
    if (what.equals("names") && arguments.size() == 2) {
      names(host, arguments.get(1)).forEach(System.out::println);
      return 0;
    }
    if (!what.equals("bash") || arguments.size() > 1) {
      throw new CommandFailure(2, "completion is there for bash, not for '%s'".formatted(what));
    }
    System.out.print(script(Commands.table()));
    return 0;
  }

  /** None where no daemon answers: a shell that completes has no place for a message. */
  private static List<String> names(Host host, String kind) {
    Daemon daemon = host.daemonIfAny();
    try {
      return switch (kind) {
        case "CONTAINER" ->
            daemon.get("/containers/json?all=1").items().stream()
                .flatMap(each -> each.at("Names").items().stream())
                .map(name -> name.text().replaceFirst("^/", ""))
                .toList();
        case "IMAGE" ->
            daemon.get("/images/json").items().stream()
                .flatMap(each -> each.at("RepoTags").items().stream())
                .map(Json::text)
                .toList();
        case "NETWORK" ->
            daemon.get("/networks").items().stream().map(each -> each.at("Name").text()).toList();
        default -> List.of();
      };
    } catch (CommandFailure e) {
      return List.of();
    }
  }

  static String script(Map<String, Supplier<Command>> commands) {
    var firsts = new TreeSet<String>();
    var seconds = new TreeMap<String, TreeSet<String>>();
    var cases = new StringBuilder();
    commands.forEach(
        (name, command) -> {
          String[] words = name.split(" ", 2);
          firsts.add(words[0]);
          if (words.length == 2) {
            seconds.computeIfAbsent(words[0], _ -> new TreeSet<>()).add(words[1]);
          }
          Usage usage = command.get().usage();
          cases.append(
              "    '%s') flags='%s' values='%s' kind='%s' ;;\n"
                  .formatted(name, flags(usage, false), flags(usage, true), kind(usage)));
        });
    var groups = new StringBuilder();
    seconds.forEach(
        (first, rest) ->
            groups.append(
                "    %s) subcommands='%s' ;;\n".formatted(first, String.join(" ", rest))));
    return SCRIPT
        .replace("@COMMANDS@", String.join(" ", firsts))
        .replace("@GROUPS@", groups.toString().stripTrailing())
        .replace("@CASES@", cases.toString().stripTrailing());
  }

  private static String flags(Usage usage, boolean onlyWithValue) {
    return usage.flags().stream()
        .filter(flag -> !onlyWithValue || !flag.isSwitch())
        .flatMap(flag -> flag.names().stream())
        .collect(Collectors.joining(" "));
  }

  /** What the first argument names. */
  private static String kind(Usage usage) {
    String first = usage.argumentNames().replaceAll("[\\[\\].]", " ").strip().split("[ :|]", 2)[0];
    return first.equals("NAME") && usage.name().equals("inspect") ? "CONTAINER" : first;
  }

  /**
   * Words are split at colons by bash's own rule; a tag is put together again before it is used.
   */
  private static final String SCRIPT =
      """
      # bash completion for fairlead; made by 'fairlead completion bash'.
      _fairlead() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
        local command='' flags='' values='' kind='' subcommands='' words=() word i
        COMPREPLY=()
        for ((i = 1; i < COMP_CWORD; i++)); do
          word=${COMP_WORDS[i]}
          [[ $word == -* || ( $i -gt 1 && ${COMP_WORDS[i-1]} == @(-H|--host) ) ]] || words+=("$word")
        done
        case ${words[0]-} in
      @GROUPS@
        esac
        command=${words[0]-}
        if [[ -n $subcommands && " $subcommands " == *" ${words[1]-} "* ]]; then
          command+=" ${words[1]}"
          subcommands=''
        fi
        case $command in
          '') subcommands='@COMMANDS@' flags='-H --host --help' ;;
      @CASES@
        esac
        if [[ $current == -* ]]; then
          mapfile -t COMPREPLY < <(compgen -W "$flags --help" -- "$current")
          return
        fi
        if [[ " $values " == *" $previous "* && $previous == -* ]]; then
          mapfile -t COMPREPLY < <(compgen -f -- "$current")
          return
        fi
        if [[ -n $subcommands ]]; then
          mapfile -t COMPREPLY < <(compgen -W "$subcommands" -- "$current")
          [[ ${#COMPREPLY[@]} == 0 ]] || return 0
        fi
        case $kind in
          CONTAINER | IMAGE | NETWORK)
            local names prefix=''
            names=$("${COMP_WORDS[0]}" completion names "$kind" 2>/dev/null)
            # bash takes a colon for the end of a word: complete what comes after it.
            if [[ $COMP_WORDBREAKS == *:* ]]; then
              local line=${COMP_LINE:0:COMP_POINT}
              word=${line##* }
              if [[ $word == *:* ]]; then
                prefix=${word%:*}:
                current=${word##*:}
                names=$(sed -n "s|^$prefix||p" <<<"$names")
              fi
            fi
            mapfile -t COMPREPLY < <(compgen -W "$names" -- "$current")
            ;;
          FILE) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        esac
      }
      complete -F _fairlead fairlead ./fairlead
      """;
}
