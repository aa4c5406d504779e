package io.fairlead.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All that an engine may leave behind, at one moment: two of them are compared.
 *
 * @param links of the engine's host
 * @param rules its whole firewall, without the counts
 * @param mounts at or of the engine's roots
 * @param files near the top of the engine's roots: pins, conmon's files, containers' folders
 * @param processes that name the engine's roots, or whose root is in them
 * @param cgroups of the engine's containers
 * @param descriptors of this process, how many of each kind: sockets, namespaces, pidfds, files of
 *     the roots
 */
record Leftovers(
    SortedSet<String> links,
    List<String> rules,
    SortedSet<String> mounts,
    SortedSet<String> files,
    SortedSet<String> processes,
    SortedSet<String> cgroups,
    Map<String, Integer> descriptors) {

  /**
   * @param base the folder of the engine's roots
   * @param containers ids
   */
  static Leftovers of(TestHost host, Path base, Set<String> containers) {
    return new Leftovers(
        links(host),
        rules(host),
        mounts(base),
        files(base),
        processes(base),
        cgroups(containers),
        descriptors(base));
  }

  /** What is here and was not in the other, and the reverse, a line each. */
  String differenceFrom(Leftovers before) {
    var text = new StringBuilder();
    compare(text, "link", before.links, links);
    compare(text, "rule", before.rules, rules);
    compare(text, "mount", before.mounts, mounts);
    compare(text, "file", before.files, files);
    compare(text, "process", before.processes, processes);
    compare(text, "cgroup", before.cgroups, cgroups);
    compare(text, "descriptors", entries(before.descriptors), entries(descriptors));
    return text.toString();
  }

  private static void compare(
      StringBuilder text, String what, Collection<String> before, Collection<String> now) {
    now.stream().filter(n -> !before.contains(n)).forEach(n -> line(text, "new", what, n));
    before.stream().filter(b -> !now.contains(b)).forEach(b -> line(text, "lost", what, b));
  }

  private static void line(StringBuilder text, String change, String what, String name) {
    text.append(change).append(' ').append(what).append(": ").append(name).append('\n');
  }

  private static List<String> entries(Map<String, Integer> counts) {
    return counts.entrySet().stream().map(e -> e.getValue() + " of " + e.getKey()).toList();
  }

  private static SortedSet<String> links(TestHost host) {
    var names = new TreeSet<String>();
    for (var line : host.exec("ip", "-o", "link", "show").stdout().lines().toList()) {
      names.add(line.split(": ", -1)[1].replaceFirst("@.*", ""));
    }
    return names;
  }

  private static List<String> rules(TestHost host) {
    return host.exec("nft", "list", "ruleset")
        .stdout()
        .replaceAll("packets \\d+ bytes \\d+", "packets and bytes")
        .lines()
        .toList();
  }

  private static SortedSet<String> mounts(Path base) {
    var found = new TreeSet<String>();
    for (var line : lines(Path.of("/proc/self/mountinfo"))) {
      if (line.contains(base.toString())) {
        String[] fields = line.split(" ", -1);
        found.add(fields[4] + line.substring(line.indexOf(" - ")));
      }
    }
    return found;
  }

  private static SortedSet<String> files(Path base) {
    var found = new TreeSet<String>();
    // Databases write beside themselves, and a mounted root is counted with the mounts.
    try (Stream<Path> tree = Files.walk(base, 4)) {
      tree.map(base::relativize)
          .map(Path::toString)
          .filter(p -> !p.contains(".db") && !p.contains("/merged/"))
          .forEach(found::add);
    } catch (UncheckedIOException e) {
      // Something vanished under the walk; the next look tells.
      found.add("changing: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /** The processes that name these roots, or whose root is in them, but for this one. */
  static List<Long> processIds(Path base) {
    return processes(base).stream()
        .map(line -> Long.valueOf(line.substring(0, line.indexOf(' '))))
        .toList();
  }

  private static SortedSet<String> processes(Path base) {
    var found = new TreeSet<String>();
    for (var process : children(Path.of("/proc"))) {
      String pid = process.getFileName() == null ? "" : process.getFileName().toString();
      if (!pid.matches("\\d+") || pid.equals(Long.toString(ProcessHandle.current().pid()))) {
        continue;
      }
      String command = String.join("", lines(process.resolve("cmdline"))).replace('\0', ' ');
      boolean isRootInside =
          lines(process.resolve("mountinfo")).stream()
              .anyMatch(l -> l.contains(base.toString()) && l.split(" ", -1)[4].equals("/"));
      if (command.contains(base.toString()) || isRootInside) {
        found.add(pid + " " + command);
      }
    }
    return found;
  }

  private static SortedSet<String> cgroups(Set<String> containers) {
    var found = new TreeSet<String>();
    var folders = new ArrayList<>(List.of(Path.of("/sys/fs/cgroup")));
    while (!folders.isEmpty()) {
      Path folder = folders.removeLast();
      if (containers.stream().anyMatch(folder.toString()::contains)) {
        found.add(folder.toString());
      } else {
        children(folder).stream().filter(Files::isDirectory).forEach(folders::add);
      }
    }
    return found;
  }

  private static Map<String, Integer> descriptors(Path base) {
    var found = new TreeMap<String, Integer>();
    for (var fd : children(Path.of("/proc/self/fd"))) {
      try {
        String target = Files.readSymbolicLink(fd).toString();
        if (target.contains(".db")) {
          continue; // A pool, which grows to its bound when it is needed.
        }
        if (target.startsWith(base.toString())) {
          found.merge(target, 1, Integer::sum);
        } else if (!target.startsWith("/")) {
          found.merge(target.replaceFirst(":\\[\\d+\\]$", ""), 1, Integer::sum);
        }
      } catch (IOException e) {
        // Closed since the listing, which itself had one open.
      }
    }
    return found;
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> list = Files.list(folder)) {
      return list.toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }

  private static List<String> lines(Path file) {
    try {
      return List.of(Files.readString(file).split("\n", -1));
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      // A process that is ending answers ESRCH or EINVAL.
      return List.of();
    }
  }
}
