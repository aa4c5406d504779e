package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/**
 * One platform thread that starts programs with posix_spawn(3). It has a mount namespace of its
 * own, a slave of ours, and stands in a network namespace it was given; so do its children. They
 * get the descriptors that are named and no others: Java's files and sockets lack CLOEXEC.
 */
public final class Spawn implements AutoCloseable {
  /** More than sizeof posix_spawnattr_t (336) and posix_spawn_file_actions_t (80) in glibc. */
  private static final long OPAQUE_SIZE = 1024;

  private static final long SIGSET_SIZE = 128;
  private static final int OUTPUT_LIMIT_BYTES = 1 << 16;

  /** More programs at once than a machine starts. */
  private static final int MOST_WAITING = 4096;

  private final HandbackThread thread;
  private final Reactor reactor;
  private final Fd devNull;

  /**
   * A program to start.
   *
   * @param arguments the program's path first
   * @param environment {@code KEY=VALUE}, all of it
   * @param inherited descriptors of ours that become the child's 3, 4, ... in this order
   */
  public record Command(
      List<String> arguments,
      List<String> environment,
      Path directory,
      List<Integer> inherited,
      boolean isNewSession) {}

  /** How a program ended, and what it wrote to standard output and standard error together. */
  public record Outcome(int exitCode, String output) {}

  private Spawn(HandbackThread thread, Reactor reactor) {
    this.thread = thread;
    this.reactor = reactor;
    this.devNull =
        new Fd(check(Libc.open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC, 0), "open", "/dev/null"));
  }

  /**
   * @param prepare runs on the thread once, in its new mount namespace
   */
  public static Spawn open(NetNamespace network, Reactor reactor, Runnable prepare) {
    var thread =
        new HandbackThread(MOST_WAITING, Thread.ofPlatform().name("spawn").daemon().factory());
    var spawn = new Spawn(thread, reactor);
    try {
      spawn.call(
          () -> {
            check(Libc.unshare(Libc.CLONE_NEWNS), "unshare(CLONE_NEWNS)", "spawn thread");
            Mounts.makeSlaveRecursively(Path.of("/"));
            network.enter();
            prepare.run();
          });
    } catch (RuntimeException e) {
      spawn.close();
      throw e;
    }
    return spawn;
  }

  /** Runs an action on the thread, where its mounts and its network are. */
  public void call(Runnable action) {
    var task = new Handback<>(Executors.callable(action));
    thread.execute(task);
    var _ = Results.of(task);
  }

  /** Starts a program whose standard streams are /dev/null; completes with its exit code. */
  public CompletableFuture<Integer> start(Command command) {
    return start(command, devNull.number());
  }

  /** Runs a program to its end; the calling thread waits. */
  public Outcome run(Command command) {
    var pipe = Pipe.open();
    var output = reactor.text(pipe.reading(), false, OUTPUT_LIMIT_BYTES);
    CompletableFuture<Integer> exitCode;
    try (var writing = pipe.writing()) {
      exitCode = start(command, writing.number());
    }
    return new Outcome(exitCode.join(), output.join());
  }

  private CompletableFuture<Integer> start(Command command, int output) {
    var child = new CompletableFuture<CompletableFuture<Integer>>();
    call(
        () -> {
          int pid = spawn(command, output);
          // Nobody else waits for it, so the pid is its own until the reactor has reaped it.
          child.complete(reactor.ended(Pidfd.open(pid).orElseThrow()));
        });
    return child.join();
  }

  private int spawn(Command command, int output) {
    try (var arena = Arena.ofConfined()) {
      var actions = arena.allocate(OPAQUE_SIZE, 16);
      var attributes = arena.allocate(OPAQUE_SIZE, 16);
      check(Libc.posixSpawnFileActionsInit(actions), "posix_spawn_file_actions_init", "");
      check(Libc.posixSpawnattrInit(attributes), "posix_spawnattr_init", "");
      try {
        describeFiles(command, output, actions, arena);
        describeSignals(command, attributes, arena);
        var pid = arena.allocate(ValueLayout.JAVA_INT);
        String program = command.arguments().getFirst();
        check(
            Libc.posixSpawn(
                pid,
                arena.allocateFrom(program),
                actions,
                attributes,
                strings(command.arguments(), arena),
                strings(command.environment(), arena)),
            "posix_spawn",
            program);
        return pid.get(ValueLayout.JAVA_INT, 0);
      } finally {
        Libc.posixSpawnFileActionsDestroy(actions);
        Libc.posixSpawnattrDestroy(attributes);
      }
    }
  }

  /**
   * The wanted descriptors go to numbers above all of them first: a target may be another's source.
   */
  private void describeFiles(
      Command command, int output, MemorySegment actions, SegmentAllocator arena) {
    var wanted = new ArrayList<>(List.of(devNull.number(), output, output));
    wanted.addAll(command.inherited());
    int above = wanted.stream().mapToInt(Integer::intValue).max().orElseThrow() + wanted.size() + 1;
    for (int i = 0; i < wanted.size(); i++) {
      dup2(actions, wanted.get(i), above + i);
    }
    for (int i = 0; i < wanted.size(); i++) {
      dup2(actions, above + i, i);
    }
    check(
        Libc.posixSpawnFileActionsAddclosefrom(actions, wanted.size()),
        "posix_spawn_file_actions_addclosefrom_np",
        "");
    String directory = command.directory().toString();
    check(
        Libc.posixSpawnFileActionsAddchdir(actions, arena.allocateFrom(directory)),
        "posix_spawn_file_actions_addchdir_np",
        directory);
  }

  private static void dup2(MemorySegment actions, int from, int to) {
    check(
        Libc.posixSpawnFileActionsAdddup2(actions, from, to),
        "posix_spawn_file_actions_adddup2",
        "descriptor " + from);
  }

  /** No signal blocked, none ignored: the JVM's own settings are not for its children. */
  private static void describeSignals(
      Command command, MemorySegment attributes, SegmentAllocator arena) {
    int flags = Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK;
    if (command.isNewSession()) {
      flags |= Libc.POSIX_SPAWN_SETSID;
    }
    var none = arena.allocate(SIGSET_SIZE, 8);
    var all = arena.allocate(SIGSET_SIZE, 8).fill((byte) 0xff);
    check(Libc.posixSpawnattrSetflags(attributes, (short) flags), "posix_spawnattr_setflags", "");
    check(Libc.posixSpawnattrSetsigmask(attributes, none), "posix_spawnattr_setsigmask", "");
    check(Libc.posixSpawnattrSetsigdefault(attributes, all), "posix_spawnattr_setsigdefault", "");
  }

  private static MemorySegment strings(List<String> list, SegmentAllocator arena) {
    var array = arena.allocate(ValueLayout.ADDRESS, list.size() + 1L);
    for (int i = 0; i < list.size(); i++) {
      array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(list.get(i)));
    }
    return array;
  }

  /** Ends the thread, and with it the namespace unless a child is in it. Children run on. */
  @Override
  public void close() {
    thread.shutdown();
    devNull.close();
  }
}
