package io.fairlead.runtime;

import io.fairlead.EngineFault;
import io.fairlead.linux.Pidfd;
import io.fairlead.linux.Reactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/**
 * The directory of one container, or of one further process in it, under the exec root: the OCI
 * bundle, and all that conmon leaves there. What is known of it after the daemon died is read from
 * here.
 *
 * @param container the id of the container, which is its own if it is one
 */
record Bundle(String id, Path directory, String container) {
  private static final String EXECS = "execs";

  private static final int NAMESAKE_ROUNDS = 10;

  static Bundle ofContainer(String id, Path directory) {
    return new Bundle(id, directory, id);
  }

  /** Of a further process in this container. */
  Bundle exec(String execId) {
    return new Bundle(execId, directory.resolve(EXECS).resolve(execId), container);
  }

  /** All further processes that were started in this container, ended ones too. */
  List<Bundle> execs() {
    try (Stream<Path> entries = Files.list(directory.resolve(EXECS))) {
      return entries.map(entry -> exec(String.valueOf(entry.getFileName()))).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The OCI process of a further one. */
  Path processConfiguration() {
    return directory.resolve("process.json");
  }

  Path configuration() {
    return directory.resolve("config.json");
  }

  Path conmonPidFile() {
    return directory.resolve("conmon.pid");
  }

  Path pidFile() {
    return directory.resolve("pid");
  }

  Path attachSocket() {
    return directory.resolve("attach");
  }

  /** What conmon reads the sizes of the terminal from. */
  Path sizeFifo() {
    return directory.resolve("winsz");
  }

  /** The /dev/shm that it lends to others. */
  Path shm() {
    return directory.resolve("shm");
  }

  /** Its group, which is not the usual one where it was asked for a parent. */
  String cgroupPath() {
    try {
      return Files.readString(directory.resolve("cgroup"));
    } catch (NoSuchFileException e) {
      return CgroupLayout.path(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean exists() {
    return Files.isDirectory(directory);
  }

  /** Written by conmon when the container has ended. */
  Optional<ExitStatus> exitStatus() {
    Path file = directory.resolve("exit");
    try {
      int code = Integer.parseInt(Files.readString(file).strip());
      Instant at = Files.getLastModifiedTime(file).toInstant();
      boolean oomKilled = Files.exists(directory.resolve("oom"));
      return Optional.of(new ExitStatus(code & 0xff, oomKilled, at));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Leaves an exit status where conmon can no longer do it. */
  void recordExit(int code) {
    try {
      Path temporary = directory.resolve("exit.new");
      Files.writeString(temporary, String.valueOf(code));
      Files.move(temporary, directory.resolve("exit"));
    } catch (IOException e) {
      throw new EngineFault("cannot record the exit of container " + id + ": " + e, e);
    }
  }

  /** What the container was asked to run. */
  List<String> arguments() {
    var arguments = new ArrayList<String>();
    JsonMapper.shared()
        .readTree(configuration().toFile())
        .path("process")
        .path("args")
        .forEach(argument -> arguments.add(argument.asString()));
    return arguments;
  }

  /** Whether conmon lets a client end the container's input. */
  boolean isInputEndable() {
    var pid = conmonPidOnFile();
    return pid.isPresent() && !proc(pid.getAsInt(), "cmdline").contains(Conmon.KEEP_INPUT);
  }

  OptionalInt conmonPidOnFile() {
    return number(conmonPidFile());
  }

  /** The container's first process, whether or not it still lives. */
  OptionalInt pid() {
    return number(pidFile());
  }

  /** Conmon, if it lives and is this container's: a pid may have become another process's. */
  Optional<Pidfd> conmon() {
    return process(conmonPidFile(), "cmdline", conmonPidFile().toString());
  }

  /** The container's first process, if it lives. */
  Optional<Pidfd> init() {
    return process(pidFile(), "cgroup", CgroupLayout.path(container));
  }

  /**
   * The process of a pid file, if a file of /proc shows that it is the right one. The descriptor is
   * opened first, so what is looked at is what the descriptor means, or nothing any more.
   */
  private static Optional<Pidfd> process(Path pidFile, String evidence, String expected) {
    var number = number(pidFile);
    if (number.isEmpty()) {
      return Optional.empty();
    }
    var process = Pidfd.open(number.getAsInt());
    if (process.isPresent() && !proc(number.getAsInt(), evidence).contains(expected)) {
      process.get().close();
      return Optional.empty();
    }
    return process;
  }

  /** A file of a process, empty when it has gone. */
  static String proc(int pid, String file) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc", String.valueOf(pid), file));
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private static OptionalInt number(Path file) {
    try {
      return OptionalInt.of(Integer.parseInt(Files.readString(file).strip()));
    } catch (NoSuchFileException e) {
      return OptionalInt.empty();
    } catch (NumberFormatException e) {
      // Made, but not written yet.
      return OptionalInt.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Ends every process of the machine whose command line names this bundle: conmon and the runtime,
   * stuck on the way. Again until there is none: one of them may have forked while we looked.
   */
  void endNamesakes(Reactor reactor) {
    var namesakes = namesakes();
    for (int round = 0; round < NAMESAKE_ROUNDS && !namesakes.isEmpty(); round++) {
      namesakes.forEach(process -> Cgroups.kill(process, reactor));
      namesakes = namesakes();
    }
    namesakes.forEach(Pidfd::close);
  }

  private List<Pidfd> namesakes() {
    try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.chars().allMatch(Character::isDigit))
          .map(Integer::parseInt)
          .filter(pid -> proc(pid, "cmdline").contains(directory.toString()))
          .flatMap(pid -> Pidfd.open(pid).stream())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a directory and all in it, following no link. */
  static void removeTree(Path directory) {
    try (Stream<Path> entries = Files.walk(directory)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    } catch (NoSuchFileException e) {
      // Gone already.
    } catch (IOException | UncheckedIOException e) {
      throw new EngineFault("cannot remove " + directory + ": " + e.getMessage(), e);
    }
  }
}
