package io.fairlead.image;

import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Dockerfile instructions that an import may carry, made into a configuration. */
final class Changes {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern PORT =
      Pattern.compile("(?<first>\\d{1,5})(?:-(?<last>\\d{1,5}))?(?:/(?<protocol>[a-zA-Z]+))?");
  private static final Pattern SIGNAL =
      Pattern.compile(
          "(?:SIG)?(?:ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|IO|IOT|KILL|PIPE|POLL|PROF|PWR|QUIT"
              + "|SEGV|STKFLT|STOP|SYS|TERM|TRAP|TSTP|TTIN|TTOU|URG|USR1|USR2|VTALRM|WINCH|XCPU|XFSZ"
              + "|RTMIN(?:\\+\\d+)?|RTMAX(?:-\\d+)?)|[1-9]|[1-5]\\d|6[0-4]");

  private final Map<String, String> environment = new LinkedHashMap<>();
  private final Map<String, String> labels = new LinkedHashMap<>();
  private final Set<String> ports = new TreeSet<>();
  private final Set<String> volumes = new LinkedHashSet<>();
  private List<String> entrypoint = List.of();
  private List<String> command = List.of();
  private String user = "";
  private String workingDirectory = "";
  private String stopSignal = "";

  private Changes() {}

  /**
   * @throws InvalidRequest if one is no instruction, or not well formed
   */
  static ImageConfig apply(List<String> instructions) {
    var changes = new Changes();
    instructions.stream().map(String::strip).filter(s -> !s.isEmpty()).forEach(changes::apply);
    return changes.config();
  }

  private void apply(String instruction) {
    String[] parts = instruction.split("\\s+", 2);
    String word = parts[0].toUpperCase(Locale.ROOT);
    String rest = parts.length == 2 ? parts[1].strip() : "";
    if (rest.isEmpty() && !word.equals("CMD") && !word.equals("ENTRYPOINT")) {
      throw new InvalidRequest("%s requires an argument: \"%s\"".formatted(word, instruction));
    }
    switch (word) {
      case "CMD" -> command = commandLine(rest);
      case "ENTRYPOINT" -> entrypoint = commandLine(rest);
      case "ENV" -> environment.putAll(pairs(word, rest));
      case "LABEL" -> labels.putAll(pairs(word, rest));
      case "EXPOSE" -> words(rest).forEach(this::expose);
      case "VOLUME" -> volumes.addAll(isArray(rest) ? array(rest) : words(rest));
      case "USER" -> user = only(word, rest);
      case "WORKDIR" -> workingDirectory = resolve(workingDirectory, only(word, rest));
      case "STOPSIGNAL" -> stopSignal = signal(only(word, rest));
      case "HEALTHCHECK", "ONBUILD" ->
          throw new NotBuilt("%s is not kept by this version of Fairlead".formatted(word));
      default -> throw new InvalidRequest("%s is not a valid change command".formatted(word));
    }
  }

  private ImageConfig config() {
    return new ImageConfig(
        user,
        environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList(),
        entrypoint,
        command,
        workingDirectory,
        ports,
        volumes,
        labels,
        stopSignal);
  }

  private static List<String> commandLine(String rest) {
    if (rest.isEmpty()) {
      return List.of();
    }
    return isArray(rest) ? array(rest) : List.of("/bin/sh", "-c", rest);
  }

  /** As the builder: what is no JSON array of strings is a line for the shell. */
  private static boolean isArray(String rest) {
    if (!rest.startsWith("[")) {
      return false;
    }
    try {
      JsonNode node = JSON.readTree(rest);
      return node.isArray() && node.valueStream().allMatch(JsonNode::isString);
    } catch (JacksonException e) {
      return false;
    }
  }

  private static List<String> array(String rest) {
    return ConfigJson.strings(JSON.readTree(rest));
  }

  private Map<String, String> pairs(String word, String rest) {
    var pairs = new LinkedHashMap<String, String>();
    int blank = rest.indexOf(' ');
    int equals = rest.indexOf('=');
    if (equals < 0 || (blank >= 0 && blank < equals && !rest.startsWith("\""))) {
      // The old form: one key, a blank, the value as it stands.
      if (blank < 0) {
        throw new InvalidRequest("%s must have two arguments: \"%s\"".formatted(word, rest));
      }
      pairs.put(rest.substring(0, blank), expand(rest.substring(blank).strip()));
      return pairs;
    }
    for (String pair : words(rest)) {
      int at = pair.indexOf('=');
      if (at < 1) {
        throw new InvalidRequest(
            "Syntax error - can't find = in \"%s\". Must be of the form: name=value"
                .formatted(pair));
      }
      pairs.put(pair.substring(0, at), pair.substring(at + 1));
    }
    return pairs;
  }

  private void expose(String text) {
    var match = PORT.matcher(text);
    String protocol =
        match.matches() && match.group("protocol") != null
            ? match.group("protocol").toLowerCase(Locale.ROOT)
            : "tcp";
    int first = match.matches() ? Integer.parseInt(match.group("first")) : 0;
    int last =
        match.matches() && match.group("last") != null
            ? Integer.parseInt(match.group("last"))
            : first;
    if (first < 1 || last > 65535 || last < first) {
      throw new InvalidRequest("Invalid containerPort: " + text);
    }
    if (!Set.of("tcp", "udp", "sctp").contains(protocol)) {
      throw new InvalidRequest("Invalid proto: " + protocol);
    }
    for (int port = first; port <= last; port++) {
      ports.add(port + "/" + protocol);
    }
  }

  private static String signal(String text) {
    if (!SIGNAL.matcher(text.toUpperCase(Locale.ROOT)).matches()) {
      throw new InvalidRequest("Invalid signal: " + text);
    }
    return text;
  }

  private static String resolve(String from, String path) {
    Path base = Path.of(from.isEmpty() ? "/" : from);
    return base.resolve(path).normalize().toString();
  }

  private String only(String word, String rest) {
    var words = words(rest);
    if (words.size() != 1) {
      throw new InvalidRequest("%s requires exactly one argument: \"%s\"".formatted(word, rest));
    }
    return words.getFirst();
  }

  private List<String> words(String rest) {
    return DockerfileWords.split(rest, environment);
  }

  private String expand(String text) {
    return DockerfileWords.expand(text, environment);
  }
}
