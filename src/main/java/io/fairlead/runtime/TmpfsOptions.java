package io.fairlead.runtime;

import io.fairlead.InvalidRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The options of {@code --tmpfs}: Docker's defaults, and what was asked for over them. */
final class TmpfsOptions {
  /** Each with the one that it takes back. */
  private static final Map<String, String> SWITCHES =
      Map.ofEntries(
          Map.entry("ro", "rw"),
          Map.entry("rw", "rw"),
          Map.entry("exec", "exec"),
          Map.entry("noexec", "exec"),
          Map.entry("suid", "suid"),
          Map.entry("nosuid", "suid"),
          Map.entry("dev", "dev"),
          Map.entry("nodev", "dev"),
          Map.entry("sync", "sync"),
          Map.entry("async", "sync"),
          Map.entry("dirsync", "dirsync"),
          Map.entry("atime", "atime"),
          Map.entry("noatime", "atime"),
          Map.entry("diratime", "diratime"),
          Map.entry("nodiratime", "diratime"),
          Map.entry("relatime", "relatime"),
          Map.entry("norelatime", "relatime"),
          Map.entry("strictatime", "strictatime"),
          Map.entry("nostrictatime", "strictatime"));

  /** tmpfs(5) */
  private static final Set<String> VALUES =
      Set.of("size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol");

  private TmpfsOptions() {}

  /**
   * @param text {@code size=64m,mode=1777,exec}
   * @throws InvalidRequest for what a tmpfs does not have
   */
  static List<String> parse(String text) {
    var byMeaning = new LinkedHashMap<String, String>();
    for (String usual : List.of("noexec", "nosuid", "nodev")) {
      byMeaning.put(meaning(usual), usual);
    }
    for (String option : text.split(",", -1)) {
      if (!option.isEmpty()) {
        byMeaning.put(meaning(option), option);
      }
    }
    return List.copyOf(byMeaning.values());
  }

  private static String meaning(String option) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    if (equals < 0 ? SWITCHES.containsKey(name) : VALUES.contains(name)) {
      return SWITCHES.getOrDefault(name, name);
    }
    throw new InvalidRequest("invalid tmpfs option [\"%s\"]".formatted(option));
  }
}
