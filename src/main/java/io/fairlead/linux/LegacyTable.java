package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A table of iptables-legacy or ip6tables-legacy, which nf_tables does not show: structures as in
 * linux/netfilter/x_tables.h, linux/netfilter_ipv4/ip_tables.h and
 * linux/netfilter_ipv6/ip6_tables.h.
 *
 * @param hasRules whether there is more than what makes a table
 * @param dropsForwarded whether its chain FORWARD ends in DROP or REJECT: by its policy, or by a
 *     rule without a condition, also behind a jump; false where it has no such chain
 * @param chains those of the hooks and those that users made
 */
public record LegacyTable(
    boolean isV6,
    String name,
    boolean hasRules,
    boolean dropsForwarded,
    Map<String, Chain> chains) {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  private static final int SOL_IP = 0;
  private static final int SOL_IPV6 = 41;
  private static final int IPT_SO_GET_INFO = 64;
  private static final int IPT_SO_GET_ENTRIES = 65;
  private static final int NF_INET_FORWARD = 2;

  /** By NF_INET_* number. */
  private static final List<String> HOOKS =
      List.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING");

  /** A table that is replaced between the two questions is asked for again. */
  private static final int TRIES = 5;

  /** struct ipt_getinfo: name, valid_hooks, hook_entry[5], underflow[5], num_entries, size. */
  private static final int INFO_BYTES = 84;

  private static final int INFO_HOOKS = 32;
  private static final int INFO_HOOK_ENTRY = 36;
  private static final int INFO_UNDERFLOW = 56;
  private static final int INFO_ENTRIES = 76;
  private static final int INFO_SIZE = 80;

  /** struct ipt_get_entries: name, size, and the entries, which are aligned to 8. */
  private static final int ENTRIES_SIZE = 32;

  private static final int ENTRIES_HEAD_BYTES = 40;

  /** struct xt_entry_target and xt_entry_match: size, name[29], revision, data. */
  static final int NAME = 2;

  static final int DATA = 32;

  /**
   * What its rules say, as far as it is read.
   *
   * @param outLinks the links that they ask for on the way out; {@code eth+} stands for many
   */
  public record Chain(List<String> comments, Set<String> outLinks) {
    public static final Chain EMPTY = new Chain(List.of(), Set.of());

    public Chain {
      comments = List.copyOf(comments);
      outLinks = Set.copyOf(outLinks);
    }
  }

  public LegacyTable {
    chains = Map.copyOf(chains);
  }

  /** The tables of the calling thread's network namespace. */
  public static List<LegacyTable> all() {
    var tables = new ArrayList<LegacyTable>();
    for (boolean isV6 : new boolean[] {false, true}) {
      // Asking for a table makes it: ask only for those that are there.
      String names = isV6 ? "ip6_tables_names" : "ip_tables_names";
      for (String name : KernelFiles.lines(Path.of("/proc/thread-self/net", names))) {
        read(isV6, name).ifPresent(tables::add);
      }
    }
    return tables;
  }

  private static Optional<LegacyTable> read(boolean isV6, String name) {
    int family = isV6 ? Libc.AF_INET6 : Libc.AF_INET;
    int socket = Libc.socket(family, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
    try (var fd = new Fd(check(socket, "socket", "tables of iptables-legacy"));
        var arena = Arena.ofConfined()) {
      for (int i = 0; i < TRIES; i++) {
        var info = arena.allocate(INFO_BYTES, 8);
        info.setString(0, name);
        int told = ask(fd, isV6, IPT_SO_GET_INFO, info);
        if (told == -Errno.ENOENT) {
          break;
        }
        check(told, "getsockopt(IPT_SO_GET_INFO)", name);
        int size = info.get(INT, INFO_SIZE);
        var entries = arena.allocate(ENTRIES_HEAD_BYTES + (long) size, 8);
        entries.setString(0, name);
        entries.set(INT, ENTRIES_SIZE, size);
        int given = ask(fd, isV6, IPT_SO_GET_ENTRIES, entries);
        if (given != -Errno.EAGAIN) {
          check(given, "getsockopt(IPT_SO_GET_ENTRIES)", name);
          return Optional.of(parse(isV6, name, info, entries.asSlice(ENTRIES_HEAD_BYTES)));
        }
      }
    }
    return Optional.empty();
  }

  private static int ask(Fd socket, boolean isV6, int option, MemorySegment value) {
    return Libc.getsockopt(socket.number(), isV6 ? SOL_IPV6 : SOL_IP, option, value);
  }

  private static LegacyTable parse(
      boolean isV6, String name, MemorySegment info, MemorySegment entries) {
    var layout = isV6 ? EntryLayout.V6 : EntryLayout.V4;
    boolean hasForward = (info.get(INT, INFO_HOOKS) & 1 << NF_INET_FORWARD) != 0;
    int hooks = Integer.bitCount(info.get(INT, INFO_HOOKS));
    return new LegacyTable(
        isV6,
        name,
        // A policy for each hook, and the end.
        info.get(INT, INFO_ENTRIES) > hooks + 1,
        hasForward && dropsForwarded(layout, info, entries),
        chains(layout, hooks(info), entries));
  }

  private static boolean dropsForwarded(
      EntryLayout layout, MemorySegment info, MemorySegment entries) {
    var verdicts = new LegacyVerdicts(layout, entries);
    int end = verdicts.end(info.get(INT, INFO_HOOK_ENTRY + 4L * NF_INET_FORWARD));
    // The last entry of a hook's chain holds its policy.
    int policy = info.get(INT, INFO_UNDERFLOW + 4L * NF_INET_FORWARD);
    return (end == LegacyVerdicts.RETURN ? verdicts.end(policy) : end) == LegacyVerdicts.DROP;
  }

  /** The chains of the hooks, by where they begin. */
  private static Map<Long, String> hooks(MemorySegment info) {
    var hooks = new HashMap<Long, String>();
    for (int i = 0; i < HOOKS.size(); i++) {
      if ((info.get(INT, INFO_HOOKS) & 1 << i) != 0) {
        hooks.put((long) info.get(INT, INFO_HOOK_ENTRY + 4L * i), HOOKS.get(i));
      }
    }
    return hooks;
  }

  /**
   * A chain that a user made begins with an entry whose target is called ERROR, and so does the
   * end.
   */
  private static Map<String, Chain> chains(
      EntryLayout layout, Map<Long, String> hooks, MemorySegment entries) {
    var rules = new HashMap<String, List<Long>>();
    String chain = "";
    long at = 0;
    while (at < entries.byteSize()) {
      long target = layout.target(entries, at);
      long next = layout.next(entries, at);
      chain = hooks.getOrDefault(at, chain);
      if (!entries.getString(target + NAME).equals("ERROR")) {
        rules.computeIfAbsent(chain, _ -> new ArrayList<>()).add(at);
      } else if (next < entries.byteSize()) {
        chain = entries.getString(target + DATA);
        rules.put(chain, new ArrayList<>());
      }
      at = next;
    }
    var chains = new HashMap<String, Chain>();
    rules.forEach((name, offsets) -> chains.put(name, chain(layout, entries, offsets)));
    return chains;
  }

  private static Chain chain(EntryLayout layout, MemorySegment entries, List<Long> rules) {
    return new Chain(
        rules.stream().flatMap(at -> comments(layout, entries, at)).toList(),
        rules.stream()
            .map(at -> entries.getString(at + layout.outLink()))
            .filter(link -> !link.isEmpty())
            .collect(Collectors.toUnmodifiableSet()));
  }

  private static Stream<String> comments(EntryLayout layout, MemorySegment entries, long entry) {
    return layout.matches(entries, entry).stream()
        .filter(match -> isComment(entries, match))
        .map(match -> entries.getString(match + DATA, StandardCharsets.UTF_8));
  }

  /** A match that asks nothing. */
  static boolean isComment(MemorySegment entries, long match) {
    return entries.getString(match + NAME).equals("comment");
  }

  /** Where things are in struct ipt_entry and struct ip6t_entry. */
  enum EntryLayout {
    V4(32, 82, 2, 88, 112),
    V6(80, 131, 4, 140, 168);

    private final int outLink;
    private final int flags;
    private final int gotoFlag;
    private final int targetOffset;
    private final int matches;

    EntryLayout(int outLink, int flags, int gotoFlag, int targetOffset, int matches) {
      this.outLink = outLink;
      this.flags = flags;
      this.gotoFlag = gotoFlag;
      this.targetOffset = targetOffset;
      this.matches = matches;
    }

    int outLink() {
      return outLink;
    }

    /** Whether a rule is about some packets only, by what is in their headers. */
    boolean asksTheHeader(MemorySegment entries, long entry) {
      return LongStream.range(entry, entry + flags).anyMatch(i -> entries.get(BYTE, i) != 0)
          || (entries.get(BYTE, entry + flags) & ~gotoFlag) != 0;
    }

    boolean isGoto(MemorySegment entries, long entry) {
      return (entries.get(BYTE, entry + flags) & gotoFlag) != 0;
    }

    /** Where each of its matches begins. */
    List<Long> matches(MemorySegment entries, long entry) {
      var found = new ArrayList<Long>();
      long target = target(entries, entry);
      for (long at = entry + matches; at < target; at += length(entries, at)) {
        found.add(at);
      }
      return found;
    }

    long target(MemorySegment entries, long entry) {
      return entry + length(entries, entry + targetOffset);
    }

    long next(MemorySegment entries, long entry) {
      return entry + length(entries, entry + targetOffset + 2);
    }

    private static int length(MemorySegment entries, long at) {
      return Short.toUnsignedInt(entries.get(SHORT, at));
    }
  }
}
