package io.fairlead.api;

import java.time.Duration;

/** How long ago, in the words that {@code docker ps} has always used. */
final class HumanDuration {
  private HumanDuration() {}

  static String of(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    long minutes = seconds / 60;
    long hours = Math.round(seconds / 3600.0);
    if (seconds < 1) {
      return "Less than a second";
    } else if (seconds < 60) {
      return seconds == 1 ? "1 second" : seconds + " seconds";
    } else if (minutes < 60) {
      return minutes == 1 ? "About a minute" : minutes + " minutes";
    } else if (hours < 48) {
      return hours == 1 ? "About an hour" : hours + " hours";
    } else if (hours < 24 * 14) {
      return hours / 24 + " days";
    } else if (hours < 24 * 60) {
      return hours / 24 / 7 + " weeks";
    } else if (hours < 24 * 365 * 2) {
      return hours / 24 / 30 + " months";
    }
    return seconds / 3600 / 24 / 365 + " years";
  }
}
