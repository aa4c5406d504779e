package io.fairlead.runtime;

import io.fairlead.EngineFault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whom a container's process runs as.
 *
 * @param groups the supplementary groups, the primary one first
 * @param home from the root's /etc/passwd, else {@code /}
 */
public record ProcessUser(int uid, int gid, List<Integer> groups, String home) {

  private record Account(String name, int uid, int gid, String home) {}

  private record Group(String name, int gid, List<String> members) {}

  /**
   * Looks a user up in the root's own files, as Docker does: a number need not be listed there, a
   * name must.
   *
   * @param user {@code ""} for root, {@code user}, {@code uid}, or either with {@code :group}
   * @throws EngineFault in Docker's words for a name that is not listed
   */
  public static ProcessUser lookUp(Path root, String user) {
    String[] parts = user.split(":", 2);
    String userName = parts[0];
    Optional<String> groupName =
        parts.length > 1 && !parts[1].isEmpty() ? Optional.of(parts[1]) : Optional.empty();
    var account = account(root, userName);
    if (groupName.isPresent()) {
      int gid = gid(root, groupName.get());
      return new ProcessUser(account.uid(), gid, List.of(gid), account.home());
    }
    var groups = new ArrayList<Integer>();
    groups.add(account.gid());
    if (!account.name().isEmpty()) {
      groups(root, group -> group.members().contains(account.name())).stream()
          .map(Group::gid)
          .filter(gid -> !groups.contains(gid))
          .forEach(groups::add);
    }
    return new ProcessUser(account.uid(), account.gid(), groups, account.home());
  }

  /**
   * The same with more supplementary groups.
   *
   * @param names or numbers, looked up in the root's /etc/group
   */
  ProcessUser in(Path root, List<String> names) {
    var all = new ArrayList<>(groups);
    for (String name : names) {
      int added = gid(root, name);
      if (!all.contains(added)) {
        all.add(added);
      }
    }
    return new ProcessUser(uid, gid, List.copyOf(all), home);
  }

  private static Account account(Path root, String name) {
    Optional<Integer> number = name.isEmpty() ? Optional.of(0) : number(name);
    return RootFiles.lines(root, "/etc/passwd").stream()
        .flatMap(line -> parseAccount(line).stream())
        .filter(a -> number.isPresent() ? a.uid() == number.get() : a.name().equals(name))
        .findFirst()
        .or(() -> number.map(uid -> new Account("", inRange(uid), 0, "/")))
        .orElseThrow(
            () ->
                new EngineFault(
                    "unable to find user %s: no matching entries in passwd file".formatted(name)));
  }

  private static int gid(Path root, String name) {
    Optional<Integer> number = number(name);
    return groups(root, g -> number.isPresent() ? g.gid() == number.get() : g.name().equals(name))
        .stream()
        .findFirst()
        .map(Group::gid)
        .or(() -> number.map(ProcessUser::inRange))
        .orElseThrow(
            () ->
                new EngineFault(
                    "unable to find group %s: no matching entries in group file".formatted(name)));
  }

  private static List<Group> groups(Path root, Predicate<Group> wanted) {
    return RootFiles.lines(root, "/etc/group").stream()
        .flatMap(line -> parseGroup(line).stream())
        .filter(wanted)
        .toList();
  }

  /** passwd(5): name:password:uid:gid:comment:home:shell */
  private static Optional<Account> parseAccount(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length < 4) {
      return Optional.empty();
    }
    String home = fields.length > 5 && !fields[5].isEmpty() ? fields[5] : "/";
    return number(fields[2])
        .filter(uid -> uid >= 0)
        .flatMap(uid -> number(fields[3]).map(gid -> new Account(fields[0], uid, gid, home)));
  }

  /** group(5): name:password:gid:members */
  private static Optional<Group> parseGroup(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length < 3) {
      return Optional.empty();
    }
    List<String> members =
        fields.length > 3 ? List.of(fields[3].strip().split(",", -1)) : List.of();
    return number(fields[2]).filter(gid -> gid >= 0).map(gid -> new Group(fields[0], gid, members));
  }

  /** What is a number and no possible id is -1, and never found to be one. */
  private static Optional<Integer> number(String text) {
    try {
      long number = Long.parseLong(text);
      return Optional.of(number < 0 || number > Integer.MAX_VALUE ? -1 : (int) number);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static int inRange(int id) {
    if (id < 0) {
      throw new EngineFault("uids and gids must be in range 0-2147483647");
    }
    return id;
  }
}
