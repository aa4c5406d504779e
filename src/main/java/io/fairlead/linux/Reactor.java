package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One platform thread that waits for many descriptors (epoll). A blocking call through {@code
 * java.lang.foreign} would pin the carrier of a virtual thread; here any number of them wait for
 * one.
 */
public final class Reactor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reactor.class);
  private static final int EVENTS_AT_ONCE = 64;

  /** struct epoll_event is packed on x86-64 only (linux/eventpoll.h). */
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

  private static final long DATA_OFFSET = PACKED ? 4 : 8;
  private static final long EVENT_SIZE = PACKED ? 12 : 16;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private final Fd epoll;
  private final Fd wakeup;
  private final Map<Integer, IntConsumer> handlers = new ConcurrentHashMap<>();

  /** What {@link #ended} and {@link #text} took over and have not closed yet. */
  private final Set<Fd> owned = ConcurrentHashMap.newKeySet();

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean closing;

  /** Guarded by {@link #tasks}: the descriptors' numbers may be another's. */
  private boolean isClosed;

  public Reactor(String threadName) {
    this(threadName, () -> {});
  }

  /**
   * @param first runs on the reactor's thread before all else; it may move it to a namespace
   * @throws RuntimeException what that throws
   */
  public Reactor(String threadName, Runnable first) {
    epoll = new Fd(check(Libc.epollCreate1(Libc.EPOLL_CLOEXEC), "epoll_create1", threadName));
    wakeup =
        new Fd(check(Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK), "eventfd", threadName));
    watch(wakeup.number(), Libc.EPOLLIN, ready -> runTasks());
    var born = new FutureTask<>(first, null);
    thread =
        Thread.ofPlatform()
            .name(threadName)
            .daemon()
            .start(
                () -> {
                  born.run();
                  if (born.state() == Future.State.SUCCESS) {
                    run();
                  }
                });
    try {
      born.get();
    } catch (ExecutionException | InterruptedException e) {
      close();
      throw new IllegalStateException("thread " + threadName, e);
    }
  }

  /** Runs something on the reactor's thread, after what came before it; it may not block. */
  public void execute(Runnable task) {
    tasks.add(task);
    wake();
  }

  /** As {@link #execute}, but later; never, if the reactor is closed before. */
  public void executeAfter(Duration delay, Runnable task) {
    CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, this::execute)
        .execute(task);
  }

  private void wake() {
    synchronized (tasks) {
      if (!isClosed) {
        try (var arena = Arena.ofConfined()) {
          Libc.write(wakeup.number(), arena.allocateFrom(ValueLayout.JAVA_LONG, 1L));
        }
      }
    }
  }

  private void runTasks() {
    try (var arena = Arena.ofConfined()) {
      Libc.read(wakeup.number(), arena.allocate(ValueLayout.JAVA_LONG));
    }
    for (var task = tasks.poll(); task != null; task = tasks.poll()) {
      guarded(task);
    }
  }

  private static void guarded(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.error("{}: a handler failed", Thread.currentThread().getName(), e);
    }
  }

  /**
   * Calls the handler on the reactor's thread, with the events that are ready, as long as they are;
   * it may not block.
   *
   * @param events {@code EPOLLIN}, {@code EPOLLOUT}
   */
  public void watch(int fd, int events, IntConsumer handler) {
    handlers.put(fd, handler);
    control(Libc.EPOLL_CTL_ADD, fd, events);
  }

  /** Waits for other events than before. */
  public void change(int fd, int events) {
    control(Libc.EPOLL_CTL_MOD, fd, events);
  }

  /** To be called before the descriptor is closed, or its number may come back as another's. */
  public void forget(int fd) {
    if (handlers.remove(fd) != null && !closing) {
      control(Libc.EPOLL_CTL_DEL, fd, 0);
    }
  }

  /**
   * Completes when the process has ended, with {@link Pidfd#reap}'s answer, and closes the
   * descriptor.
   */
  public CompletableFuture<Integer> ended(Pidfd process) {
    var ended = new CompletableFuture<Integer>();
    int fd = process.fd().number();
    owned.add(process.fd());
    watch(
        fd,
        Libc.EPOLLIN,
        ready -> {
          int exitCode = process.reap();
          release(process.fd());
          ended.complete(exitCode);
        });
    return ended;
  }

  /**
   * Reads a pipe to its end, or to the end of its first line; completes with what was read, and
   * closes the pipe. Beyond the limit it reads on and forgets.
   */
  public CompletableFuture<String> text(Fd pipe, boolean isOneLine, int limitBytes) {
    var text = new CompletableFuture<String>();
    var read = new ByteArrayOutputStream();
    owned.add(pipe);
    watch(
        pipe.number(),
        Libc.EPOLLIN,
        ready -> {
          byte[] piece = readSome(pipe);
          read.write(piece, 0, Math.min(piece.length, limitBytes - read.size()));
          boolean isLine = isOneLine && piece.length > 0 && piece[piece.length - 1] == '\n';
          if (piece.length == 0 || isLine) {
            release(pipe);
            text.complete(read.toString(StandardCharsets.UTF_8));
          }
        });
    return text;
  }

  private void release(Fd fd) {
    forget(fd.number());
    owned.remove(fd);
    fd.close();
  }

  /** One read that cannot block, because the descriptor is ready; empty at the end. */
  private static byte[] readSome(Fd pipe) {
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(4096);
      long count = Libc.read(pipe.number(), buffer);
      return count <= 0 ? new byte[0] : buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private void control(int operation, int fd, int events) {
    try (var arena = Arena.ofConfined()) {
      var event = arena.allocate(EVENT_SIZE, 8);
      event.set(INT, 0, events);
      event.set(INT, DATA_OFFSET, fd);
      check(Libc.epollCtl(epoll.number(), operation, fd, event), "epoll_ctl", "descriptor " + fd);
    }
  }

  private void run() {
    try (var arena = Arena.ofConfined()) {
      var events = arena.allocate(EVENT_SIZE * EVENTS_AT_ONCE, 8);
      while (!closing) {
        int count = Libc.epollWait(epoll.number(), events, EVENTS_AT_ONCE, -1);
        if (count != -Errno.EINTR) {
          dispatch(events, check(count, "epoll_wait", ""));
        }
      }
    }
  }

  private void dispatch(MemorySegment events, int count) {
    for (int i = 0; i < count && !closing; i++) {
      long at = i * EVENT_SIZE;
      // An earlier handler of this round may have forgotten it.
      var handler = handlers.get(events.get(INT, at + DATA_OFFSET));
      if (handler != null) {
        int ready = events.get(INT, at);
        guarded(() -> handler.accept(ready));
      }
    }
  }

  /**
   * Ends the thread. What waited for a process or a pipe is given up; what else was watched stays
   * open and is its owners' to close.
   */
  @Override
  public void close() {
    closing = true;
    wake();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (tasks) {
      isClosed = true;
      epoll.close();
      wakeup.close();
    }
    owned.forEach(Fd::close);
  }
}
