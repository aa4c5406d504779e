package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * A network namespace, known by a path ({@code /proc/PID/ns/net} or a pin). setns(2) moves one
 * thread, so whatever runs inside runs on a platform thread made for it.
 */
public record NetNamespace(Path path) {

  /** The namespace that the calling thread is in. */
  public static NetNamespace ofThisThread() {
    return new NetNamespace(Path.of("/proc/thread-self/ns/net"));
  }

  /** What tells the calling thread's namespace from every other that lives. */
  static Object identityOfThisThread() {
    try {
      return Files.getAttribute(ofThisThread().path(), "unix:ino");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Moves the calling platform thread into this namespace, for good. */
  public void enter() {
    try (var fd = open()) {
      check(Libc.setns(fd.number(), Libc.CLONE_NEWNET), "setns", path.toString());
    }
  }

  /** A descriptor of the namespace; it keeps the namespace alive until it is closed. */
  public Fd open() {
    return new Fd(
        check(
            Libc.open(path.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC, 0),
            "open",
            path.toString()));
  }

  /**
   * Runs an action inside and waits for it. Sockets it opens stay in this namespace and may be used
   * by any thread.
   *
   * @throws KernelException if the namespace cannot be entered
   */
  public <T> T call(String threadName, Callable<T> action) {
    return onThread(
        threadName,
        () -> {
          enter();
          return action.call();
        });
  }

  /**
   * Makes a new namespace and pins it at a path: a bind mount on an empty file, which must exist.
   */
  public static NetNamespace create(Path pin) {
    return onThread(
        "netns " + pin.getFileName(),
        () -> {
          check(Libc.unshare(Libc.CLONE_NEWNET), "unshare(CLONE_NEWNET)", pin.toString());
          check(
              Libc.mount("/proc/thread-self/ns/net", pin.toString(), "", Libc.MS_BIND, ""),
              "mount --bind",
              pin.toString());
          return new NetNamespace(pin);
        });
  }

  static <T> T onThread(String name, Callable<T> action) {
    var task = new Handback<T>(action);
    Thread.ofPlatform().name(name).daemon().start(task);
    return Results.of(task);
  }
}
