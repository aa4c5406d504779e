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
 * @param dropsForwarded whether its chain FORWARD ends in DROP or REJECT: by its policy, or by a
 *     rule without a condition, also behind a jump; false where it has no such chain
 * @param chains those of the hooks and those that users made
 */
public record LegacyTable(
    boolean isV6, String name, boolean dropsForwarded, Map<String, Chain> chains) {
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

  /**
   * Verdicts of a standard target: -NF_DROP - 1, and XT_RETURN; those of jumps are not negative.
   */
  private static final int DROP = -1;

  private static final int RETURN = -5;

  /** As deep as a walk goes; the kernel refuses loops. */
  private static final int DEEPEST = 64;

  /** A table that is replaced between the two questions is asked for again. */
  private static final int TRIES = 5;

  /** struct ipt_getinfo: name, valid_hooks, hook_entry[5], underflow[5], num_entries, size. */
  private static final int INFO_BYTES = 84;

  private static final int INFO_HOOKS = 32;
  private static final int INFO_HOOK_ENTRY = 36;
  private static final int INFO_UNDERFLOW = 56;
  private static final int INFO_SIZE = 80;

  /** struct ipt_get_entries: name, size, and the entries, which are aligned to 8. */
  private static final int ENTRIES_SIZE = 32;

  private static final int ENTRIES_HEAD_BYTES = 40;

  /** struct xt_entry_target and xt_entry_match: size, name[29], revision, data. */
  private static final int NAME = 2;

  private static final int DATA = 32;

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

    private Chain with(Chain more) {
      return new Chain(
          Stream.concat(comments.stream(), more.comments.stream()).toList(),
          Stream.concat(outLinks.stream(), more.outLinks.stream())
              .collect(Collectors.toUnmodifiableSet()));
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
    return new LegacyTable(
        isV6,
        name,
        hasForward && dropsForwarded(layout, info, entries),
        chains(layout, hooks(info), entries));
  }

  private static boolean dropsForwarded(
      EntryLayout layout, MemorySegment info, MemorySegment entries) {
    int end = end(layout, entries, info.get(INT, INFO_HOOK_ENTRY + 4L * NF_INET_FORWARD), 0);
    // The last entry of a hook's chain holds its policy.
    long policy = info.get(INT, INFO_UNDERFLOW + 4L * NF_INET_FORWARD);
    return (end == RETURN ? verdict(entries, target(layout, entries, policy)) : end) == DROP;
  }

  /**
   * The verdict on what no condition is about, from an entry on. A chain that a user made ends in
   * an entry with {@link #RETURN}.
   */
  private static int end(EntryLayout layout, MemorySegment entries, long from, int depth) {
    long at = from;
    while (depth < DEEPEST) {
      long target = target(layout, entries, at);
      if (isUnconditional(layout, entries, at, target)) {
        int verdict = verdict(entries, target);
        if (verdict < 0) {
          return verdict;
        }
        if (verdict > 0) {
          int behind = end(layout, entries, verdict, depth + 1);
          if (behind != RETURN || layout.isGoto(entries, at)) {
            return behind;
          }
        }
      }
      at += Short.toUnsignedInt(entries.get(SHORT, at + layout.nextOffset()));
    }
    return RETURN;
  }

  /** Negative, or the offset that a jump is to; 0 where a target only looks. */
  private static int verdict(MemorySegment entries, long target) {
    return switch (entries.getString(target + NAME)) {
      case "" -> entries.get(INT, target + DATA);
      case "REJECT" -> DROP;
      default -> 0;
    };
  }

  private static boolean isUnconditional(
      EntryLayout layout, MemorySegment entries, long at, long target) {
    boolean asksTheHeader =
        LongStream.range(at, at + layout.flags()).anyMatch(i -> entries.get(BYTE, i) != 0);
    return !asksTheHeader
        && matches(entries, at + layout.matches(), target).stream()
            .allMatch(match -> entries.getString(match + NAME).equals("comment"));
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
    var chains = new HashMap<String, Chain>();
    String chain = "";
    long at = 0;
    while (at < entries.byteSize()) {
      long target = target(layout, entries, at);
      long next = at + Short.toUnsignedInt(entries.get(SHORT, at + layout.nextOffset()));
      chain = hooks.getOrDefault(at, chain);
      boolean isHead = entries.getString(target + NAME).equals("ERROR");
      if (isHead) {
        chain = entries.getString(target + DATA);
      }
      if (next < entries.byteSize() || !isHead) {
        Chain rule = isHead ? Chain.EMPTY : rule(layout, entries, at, target);
        chains.merge(chain, rule, Chain::with);
      }
      at = next;
    }
    return chains;
  }

  private static Chain rule(EntryLayout layout, MemorySegment entries, long at, long target) {
    String outLink = entries.getString(at + layout.outLink());
    return new Chain(
        comments(entries, at + layout.matches(), target),
        outLink.isEmpty() ? Set.of() : Set.of(outLink));
  }

  private static List<String> comments(MemorySegment entries, long from, long to) {
    return matches(entries, from, to).stream()
        .filter(match -> entries.getString(match + NAME).equals("comment"))
        .map(match -> entries.getString(match + DATA, StandardCharsets.UTF_8))
        .toList();
  }

  private static List<Long> matches(MemorySegment entries, long from, long to) {
    var matches = new ArrayList<Long>();
    for (long at = from; at < to; at += Short.toUnsignedInt(entries.get(SHORT, at))) {
      matches.add(at);
    }
    return matches;
  }

  private static long target(EntryLayout layout, MemorySegment entries, long entry) {
    return entry + Short.toUnsignedInt(entries.get(SHORT, entry + layout.targetOffset()));
  }

  /** Where things are in struct ipt_entry and struct ip6t_entry. */
  private enum EntryLayout {
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

    /** The byte behind all that is compared with a packet's header. */
    int flags() {
      return flags;
    }

    boolean isGoto(MemorySegment entries, long entry) {
      return (entries.get(BYTE, entry + flags) & gotoFlag) != 0;
    }

    int targetOffset() {
      return targetOffset;
    }

    int nextOffset() {
      return targetOffset + 2;
    }

    int matches() {
      return matches;
    }
  }
}
