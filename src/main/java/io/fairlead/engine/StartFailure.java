package io.fairlead.engine;

import io.fairlead.EngineFault;
import io.fairlead.Failure;
import io.fairlead.InvalidRequest;
import io.fairlead.linux.KernelException;
import io.fairlead.store.ContainerRow;
import java.util.Locale;

/**
 * Why a start failed: what its caller is told, and the exit code that the record gets. The code is
 * Docker's, and so are the words by which the docker command knows it.
 */
record StartFailure(Failure cause, int exitCode) {
  private static final int NOT_FOUND = 127;
  private static final int NOT_EXECUTABLE = 126;

  /** A start that failed before the program was looked for. */
  static final int OTHER = 128;

  private static final String MISSING = "executable file not found";
  private static final String DENIED = "permission denied";
  private static final String ABSENT = "no such file or directory";

  /**
   * @param executable the command's first word
   */
  static StartFailure ofRuntime(RuntimeException e, String executable) {
    String text = text(e);
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.contains(MISSING) || lower.contains(ABSENT)) {
      return new StartFailure(refused(e, text, executable, MISSING + " in $PATH"), NOT_FOUND);
    }
    if (lower.contains(DENIED) || lower.contains("is a directory")) {
      return new StartFailure(refused(e, text, executable, DENIED), NOT_EXECUTABLE);
    }
    return of(e);
  }

  /** A further process in a container: what was asked for and cannot be done is 126, too. */
  static StartFailure ofExec(RuntimeException e) {
    String lower = text(e).toLowerCase(Locale.ROOT);
    boolean isMissing = lower.contains(MISSING) || lower.contains(ABSENT);
    return new StartFailure(of(e).cause(), isMissing ? NOT_FOUND : NOT_EXECUTABLE);
  }

  /** Where not the program but what is around it failed. */
  static StartFailure of(RuntimeException e) {
    Failure failure = e instanceof Failure f ? f : new EngineFault(text(e), e);
    return new StartFailure(failure, OTHER);
  }

  /** A failure of the network, in the words that scripts look for. */
  static StartFailure ofNetwork(RuntimeException e, ContainerRow container) {
    if (e instanceof Failure && !(e instanceof EngineFault)) {
      return of(e);
    }
    String text = text(e);
    String port =
        text.startsWith("Bind for ")
            ? "driver failed programming external connectivity on endpoint %s (%s): "
                .formatted(container.name(), container.id())
            : "";
    return new StartFailure(
        new EngineFault("failed to set up container networking: " + port + text, e), OTHER);
  }

  /** Runtimes differ in their capitals; the docker command looks for exactly these words. */
  private static Failure refused(RuntimeException e, String text, String executable, String words) {
    boolean isKnown = text.contains(MISSING) || text.contains(ABSENT) || text.contains(DENIED);
    return new InvalidRequest(
        isKnown ? text : "exec: \"%s\": %s: %s".formatted(executable, words, text), e);
  }

  private static String text(RuntimeException e) {
    String message = e.getMessage();
    return e instanceof KernelException || e instanceof Failure
        ? String.valueOf(message)
        : e.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }
}
