package io.fairlead.engine;

import io.fairlead.InvalidRequest;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Signals by name, as Linux numbers them on every architecture that Java runs on but MIPS. */
final class Signals {
  static final int SIGKILL = 9;
  static final int SIGTERM = 15;

  /** Their place in the list is their number, from 1 (asm-generic/signal.h). */
  private static final List<String> NAMES =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  /** The first and the last real-time signal that the C library leaves to programs. */
  private static final int SIGRTMIN = 34;

  private static final int SIGRTMAX = 64;
  private static final Pattern NUMBER = Pattern.compile("\\d{1,2}");
  private static final Pattern REAL_TIME = Pattern.compile("RTM(IN\\+|AX-)(\\d{1,2})");

  private Signals() {}

  /**
   * @param text {@code SIGTERM}, {@code term}, {@code 15}, {@code SIGRTMIN+3}
   * @throws InvalidRequest in Docker's words
   */
  static int number(String text) {
    int number = numberOrZero(text.toUpperCase(Locale.ROOT));
    if (number < 1 || number > SIGRTMAX) {
      throw new InvalidRequest("invalid signal: " + text);
    }
    return number;
  }

  private static int numberOrZero(String text) {
    if (NUMBER.matcher(text).matches()) {
      return Integer.parseInt(text);
    }
    String name = text.startsWith("SIG") ? text.substring(3) : text;
    var realTime = REAL_TIME.matcher(name);
    if (realTime.matches()) {
      int distance = Integer.parseInt(realTime.group(2));
      int number = realTime.group(1).equals("IN+") ? SIGRTMIN + distance : SIGRTMAX - distance;
      return number < SIGRTMIN ? 0 : number;
    }
    return switch (name) {
      case "RTMIN" -> SIGRTMIN;
      case "RTMAX" -> SIGRTMAX;
      case "IOT" -> 6;
      case "CLD" -> 17;
      case "POLL" -> 29;
      default -> NAMES.indexOf(name) + 1;
    };
  }
}
