package io.fairlead.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One operation's place: method and path. {@code {id}} stands for one part of a path, with or
 * without the slash that Docker puts before names; {@code {image}} for a name that has slashes.
 *
 * @param isHijacking whether it takes the connection over
 */
record Route(
    String method,
    String path,
    Pattern pattern,
    List<String> names,
    Operation operation,
    boolean isHijacking) {
  private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

  static Route of(String method, String path, Operation operation) {
    return of(method, path, operation, false);
  }

  static Route hijacking(String method, String path, Operation operation) {
    return of(method, path, operation, true);
  }

  private static Route of(String method, String path, Operation operation, boolean isHijacking) {
    List<String> names = new ArrayList<>();
    for (MatchResult each : PARAMETER.matcher(path).results().toList()) {
      names.add(each.group(1));
    }
    String pattern =
        path.replace(".", "\\.").replace("{image}", "(.+)").replaceAll("\\{\\w+}", "(/?[^/]+)");
    return new Route(method, path, Pattern.compile(pattern), names, operation, isHijacking);
  }

  /** The values of the path's parameters, if the path is this route's. */
  Optional<Map<String, String>> match(String decodedPath) {
    Matcher matcher = pattern.matcher(decodedPath);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Map<String, String> parameters = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      parameters.put(names.get(i), matcher.group(i + 1));
    }
    return Optional.of(parameters);
  }
}
