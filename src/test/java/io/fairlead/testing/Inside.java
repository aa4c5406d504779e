package io.fairlead.testing;

import io.fairlead.engine.Container;
import io.fairlead.linux.NetNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a running container has, asked of its process's own namespaces and not of the engine. */
public record Inside(Container container) {

  public static Inside of(Container container) {
    return new Inside(container);
  }

  public NetNamespace network() {
    return new NetNamespace(process("ns/net"));
  }

  /**
   * @param kind {@code net}, {@code mnt}, ...
   */
  public String namespace(String kind) {
    return target(process("ns/" + kind));
  }

  public static String ofThisProcess(String kind) {
    return target(Path.of("/proc/self/ns/" + kind));
  }

  public static String networkOfThisThread() {
    return target(NetNamespace.ofThisThread().path());
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path process(String file) {
    return Path.of("/proc/%d/%s".formatted(container.pid(), file));
  }

  /** What a line of the container's own shell prints, run among its files and processes. */
  public String run(String line) {
    return enter("--mount", "--pid", "--root", "sh", "-c", line);
  }

  public String hostname() {
    return enter("--uts", "hostname");
  }

  /** Runs one of the machine's commands in the container's network. */
  public String onNetwork(String... command) {
    var line = new ArrayList<>(List.of("--net"));
    line.addAll(List.of(command));
    return enter(line.toArray(String[]::new));
  }

  private String enter(String... how) {
    var line = new ArrayList<>(List.of("nsenter", "--target=" + container.pid()));
    line.addAll(List.of(how));
    return Command.run(line).succeeded().stdout();
  }

  /** The address that it has, if any but its loopback's. */
  public Optional<String> address(boolean isV6) {
    return wordAfter(
        isV6 ? "inet6 " : "inet ", "ip", family(isV6), "addr", "show", "scope", "global");
  }

  public Optional<String> gateway(boolean isV6) {
    return wordAfter("via ", "ip", family(isV6), "route");
  }

  private static String family(boolean isV6) {
    return isV6 ? "-6" : "-4";
  }

  private Optional<String> wordAfter(String before, String... command) {
    return onNetwork(command)
        .lines()
        .filter(line -> line.contains(before))
        .map(line -> line.substring(line.indexOf(before) + before.length()).split("[ /]", -1)[0])
        .findFirst();
  }

  public String text(String path) {
    return read(process("root" + path));
  }

  public static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Object inode(String path) {
    try {
      return Files.getAttribute(process("root" + path), "unix:ino");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
