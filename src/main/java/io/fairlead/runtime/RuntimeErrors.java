package io.fairlead.runtime;

import java.util.List;
import java.util.Locale;

/**
 * A runtime's error text with Docker's words around it: the docker command takes its exit code 127
 * or 126 from them, and scripts look for them.
 */
final class RuntimeErrors {
  private static final String CREATE =
      "failed to create task for container: failed to create shim task: OCI runtime create"
          + " failed: ";

  private static final String EXEC =
      "OCI runtime exec failed: exec failed: unable to start container process: ";

  /** The last two are what crun and runc say of a directory. */
  private static final List<String> DENIALS =
      List.of("permission denied", "operation not permitted", "is a directory");

  private RuntimeErrors() {}

  /**
   * @param runtime {@code crun} or {@code runc}
   * @param arguments of the container's process
   * @param text what the runtime or conmon said
   */
  static String ofCreate(String runtime, List<String> arguments, String text) {
    return CREATE + explain(runtime, arguments, text);
  }

  /** The same for a further process in a container. */
  static String ofExec(String runtime, List<String> arguments, String text) {
    return EXEC + explain(runtime, arguments, text);
  }

  private static String explain(String runtime, List<String> arguments, String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    String program = arguments.isEmpty() ? "" : arguments.getFirst();
    String cause = "";
    if (isAboutProgram(lower, program)) {
      if (DENIALS.stream().anyMatch(lower::contains)) {
        cause = "exec: \"%s\": permission denied: unknown".formatted(program);
      } else if (lower.contains("not found") && !program.contains("/")) {
        cause = "exec: \"%s\": executable file not found in $PATH: unknown".formatted(program);
      } else if (lower.contains("no such file or directory") || lower.contains("not found")) {
        cause =
            "exec: \"%s\": stat %s: no such file or directory: unknown".formatted(program, program);
      }
    }
    String own = "%s: %s".formatted(runtime, text);
    return cause.isEmpty() ? own : "%s (%s)".formatted(cause, own);
  }

  private static boolean isAboutProgram(String lower, String program) {
    return lower.contains("executable")
        || lower.contains("exec: ")
        || lower.contains("open `" + program.toLowerCase(Locale.ROOT) + "`");
  }
}
