package io.fairlead.runtime;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A {@link ProcessSpec} in the making: a test names only what it is about. */
final class Run {
  private final String id;
  private final Path root;
  private final Path log;
  private final List<String> arguments;
  private final List<String> environment = new ArrayList<>();
  private final List<ProcessSpec.BindMount> mounts = new ArrayList<>();
  private final Set<String> added = new HashSet<>();
  private final Set<String> dropped = new HashSet<>();
  private final List<Integer> inherited = new ArrayList<>();
  private String directory = "/";
  private String user = "";
  private Optional<Path> network = Optional.empty();
  private boolean isPrivileged;
  private boolean isStdinOpen;
  private boolean isStdinOnce;
  private Optional<ConsoleSize> terminal = Optional.empty();

  private Limits limits = Limits.NONE;
  private Isolation isolation = Isolation.USUAL;

  Run(Path root, Path logs, String... arguments) {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    this.id = HexFormat.of().formatHex(bytes);
    this.root = root;
    this.log = logs.resolve(id + ".log");
    this.arguments = List.of(arguments);
  }

  Run environment(String... entries) {
    environment.addAll(List.of(entries));
    return this;
  }

  Run in(String workingDirectory) {
    directory = workingDirectory;
    return this;
  }

  Run as(String name) {
    user = name;
    return this;
  }

  Run network(Path namespace) {
    network = Optional.of(namespace);
    return this;
  }

  Run mount(Path source, String target, boolean isReadOnly) {
    mounts.add(new ProcessSpec.BindMount(source, target, isReadOnly));
    return this;
  }

  Run add(String... capabilities) {
    added.addAll(List.of(capabilities));
    return this;
  }

  Run drop(String... capabilities) {
    dropped.addAll(List.of(capabilities));
    return this;
  }

  Run privileged() {
    isPrivileged = true;
    return this;
  }

  /** Input that ends with the client. */
  Run input() {
    isStdinOpen = true;
    isStdinOnce = true;
    return this;
  }

  /** Input that stays open without clients. */
  Run keptInput() {
    isStdinOpen = true;
    return this;
  }

  /** A terminal, of which the size is not said. */
  Run terminal() {
    terminal = Optional.of(ConsoleSize.UNKNOWN);
    return this;
  }

  Run inherit(int descriptor) {
    inherited.add(descriptor);
    return this;
  }

  Run limits(Limits wanted) {
    limits = wanted;
    return this;
  }

  Run isolation(Isolation wanted) {
    isolation = wanted;
    return this;
  }

  ProcessSpec spec() {
    return new ProcessSpec(
        id,
        root,
        arguments,
        environment,
        directory,
        user,
        "lab",
        network,
        mounts,
        added,
        dropped,
        isPrivileged,
        isStdinOpen,
        isStdinOnce,
        terminal,
        log,
        inherited,
        limits,
        isolation);
  }
}
