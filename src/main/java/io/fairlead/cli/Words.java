package io.fairlead.cli;

import java.time.Duration;
import java.util.Locale;

/** Ages, sizes and ids as Docker writes them in its tables. */
final class Words {
  private static final String[] SIZE_UNITS = {"B", "kB", "MB", "GB", "TB"};
  private static final int SHORT_ID = 12;

  private Words() {}

  static String ago(long unixSeconds, long nowSeconds) {
    return duration(Duration.ofSeconds(Math.max(0, nowSeconds - unixSeconds))) + " ago";
  }

  static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    long minutes = duration.toMinutes();
    long hours = Math.round(seconds / 3600.0);
    if (seconds < 1) {
      return "Less than a second";
    } else if (seconds < 60) {
      return count(seconds, "second");
    } else if (minutes < 60) {
      return minutes == 1 ? "About a minute" : count(minutes, "minute");
    } else if (hours < 48) {
      return hours <= 1 ? "About an hour" : count(hours, "hour");
    } else if (hours < 24 * 7 * 2) {
      return count(hours / 24, "day");
    } else if (hours < 24 * 30 * 2) {
      return count(hours / 24 / 7, "week");
    } else if (hours < 24 * 365 * 2) {
      return count(hours / 24 / 30, "month");
    }
    return count(hours / 24 / 365, "year");
  }

  private static String count(long number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s");
  }

  /** Three significant digits, in powers of a thousand. */
  static String size(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= 1000 && unit < SIZE_UNITS.length - 1) {
      size /= 1000;
      unit++;
    }
    int decimals = unit == 0 || size >= 100 ? 0 : size >= 10 ? 1 : 2;
    String number = String.format(Locale.ROOT, "%." + decimals + "f", size);
    return (decimals == 0 ? number : number.replaceFirst("\\.?0+$", "")) + SIZE_UNITS[unit];
  }

  static String shortId(String id, boolean isWhole) {
    if (isWhole) {
      return id;
    }
    String digits = id.startsWith("sha256:") ? id.substring("sha256:".length()) : id;
    return digits.length() > SHORT_ID ? digits.substring(0, SHORT_ID) : digits;
  }
}
