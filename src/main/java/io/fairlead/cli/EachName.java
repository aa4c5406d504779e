package io.fairlead.cli;

import java.util.List;

/** One call for each of several names: a name that fails is told, and the others still go. */
final class EachName {
  private EachName() {}

  interface Call {
    /**
     * @return what to print; empty: nothing
     */
    String of(String name);
  }

  /**
   * @return the exit code
   */
  static int call(List<String> names, Call call) {
    int exitCode = 0;
    for (String name : names) {
      try {
        String line = call.of(name);
        if (!line.isEmpty()) {
          System.out.println(line);
        }
      } catch (Refusal e) {
        Say.line(e.text());
        exitCode = e.exitCode();
      }
    }
    return exitCode;
  }
}
