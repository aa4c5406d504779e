package io.fairlead.cli;

import io.fairlead.api.DetachKeys;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The flags by which a command joins our standard streams to a process's. */
final class StreamFlags {
  private static final Set<String> NAMES = Set.of("stdin", "stdout", "stderr");

  private boolean isInteractive;
  private boolean hasTerminal;
  private boolean passesSignals = true;
  private String detachKeys = DetachKeys.USUAL;
  private final Set<String> attached = new LinkedHashSet<>();

  void describe(Usage usage) {
    describeTerminal(usage);
    describeKeys(usage);
    describeSignals(usage);
    usage.option(
        "-a, --attach",
        "STREAM",
        "Join only this one: stdin, stdout or stderr (default: the last two, and with -i all)",
        this::attach);
  }

  void describeTerminal(Usage usage) {
    usage
        .flag("-i, --interactive", "Hand it standard input", on -> isInteractive = on)
        .flag("-t, --tty", "Give it a terminal", on -> hasTerminal = on);
  }

  void describeKeys(Usage usage) {
    usage.option(
        "--detach-keys",
        "KEYS",
        "Typed at a terminal, these leave it and let it run (default: " + DetachKeys.USUAL + ")",
        value -> {
          var _ = DetachKeys.parse(value);
          detachKeys = value;
        });
  }

  void describeSignals(Usage usage) {
    usage.flag("--sig-proxy", "Pass signals on to it (default: true)", on -> passesSignals = on);
  }

  private void attach(String stream) {
    String name = stream.toLowerCase(Locale.ROOT);
    if (!NAMES.contains(name)) {
      throw new CommandFailure(
          RunCommand.ENGINE_FAILED,
          "'%s' is no stream to attach; expected stdin, stdout or stderr".formatted(stream));
    }
    attached.add(name);
  }

  void setInteractive(boolean isWanted) {
    isInteractive = isWanted;
  }

  void setTerminal(boolean isThere) {
    hasTerminal = isThere;
  }

  boolean isInteractive() {
    return isInteractive;
  }

  boolean hasTerminal() {
    return hasTerminal;
  }

  boolean passesSignals() {
    return passesSignals && !hasTerminal;
  }

  String detachKeys() {
    return detachKeys;
  }

  /** Whether a stream is joined to ours. */
  boolean attaches(String stream) {
    boolean isUsual = isInteractive || !stream.equals("stdin");
    return attached.isEmpty() ? isUsual : attached.contains(stream);
  }

  boolean attachesInput() {
    return isInteractive && attaches("stdin");
  }

  /** Our terminal, where the process has one and gets our input. */
  Optional<Terminal> terminal() {
    if (!hasTerminal || !attachesInput()) {
      return Optional.empty();
    }
    Optional<Terminal> terminal = Terminal.atInput();
    if (terminal.isEmpty()) {
      throw new CommandFailure("the input device is not a TTY; leave out -t, or -i");
    }
    return terminal;
  }

  /** For an attach: which streams, and the keys. */
  String query() {
    return "stream=1&stdin=%d&stdout=%d&stderr=%d&detachKeys=%s"
        .formatted(
            attachesInput() ? 1 : 0,
            attaches("stdout") ? 1 : 0,
            attaches("stderr") ? 1 : 0,
            Daemon.escape(detachKeys));
  }
}
