package io.fairlead.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.fairlead.EngineFault;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * libnftables in process: one context, bound to the network namespace of the thread that made it,
 * and used by that thread alone, because the library is not thread-safe. Native declarations as in
 * nftables/libnftables.h.
 */
public final class Nftables implements AutoCloseable {

  /** How {@link #run} prints; NFT_CTX_OUTPUT_* of nftables/libnftables.h. */
  public enum Output {
    /** Without counters' values and the like. */
    STATELESS(1 << 2),
    /** With the handle of each object. */
    HANDLE(1 << 3),
    JSON(1 << 4),
    /** Without the elements of sets and maps; they are not read from the kernel then. */
    TERSE(1 << 11);

    private final int flag;

    Output(int flag) {
      this.flag = flag;
    }
  }

  private static final int NETLINK_NETFILTER = 12;
  private static final int SHOWN_LINES = 3;

  private final MemorySegment context;
  private final Thread owner = Thread.currentThread();
  private boolean isClosed;

  private Nftables(MemorySegment context) {
    this.context = context;
  }

  /**
   * Makes a context in the calling thread's network namespace.
   *
   * @throws EngineFault if the library is not installed
   * @throws KernelException if the kernel gives no netfilter socket
   */
  public static Nftables open() {
    requireLibrary();
    requireSocket();
    var context = Library.newContext();
    if (context.equals(MemorySegment.NULL)) {
      throw new EngineFault("libnftables gave no context: out of memory");
    }
    return new Nftables(context);
  }

  private static void requireLibrary() {
    try {
      SymbolLookup.libraryLookup(Library.NAME, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new EngineFault(
          Library.NAME + " is not installed; install the package libnftables1", e);
    }
  }

  /**
   * nft_ctx_new ends the process if it cannot open its socket: see first whether one is to be had.
   */
  private static void requireSocket() {
    int type = Libc.SOCK_RAW | Libc.SOCK_CLOEXEC;
    int socket = Libc.socket(Libc.AF_NETLINK, type, NETLINK_NETFILTER);
    new Fd(Errno.check(socket, "socket(AF_NETLINK)", "NETLINK_NETFILTER")).close();
  }

  /** As {@link #run(String, Set)}, printing in the library's usual form. */
  public String run(String commands) {
    return run(commands, Set.of());
  }

  /**
   * Runs commands as {@code nft -f} would: in one transaction, so that all of them happen or none.
   *
   * @return what they print
   * @throws EngineFault with the library's words, if one was refused; nothing has changed then
   */
  public String run(String commands, Set<Output> output) {
    checkUse();
    int flags = output.stream().mapToInt(form -> form.flag).reduce(0, (a, b) -> a | b);
    int result;
    try (var arena = Arena.ofConfined()) {
      result = Library.run(context, flags, arena.allocateFrom(commands));
    }
    // Reading a buffer empties it: read both, or the next call would be given this one's text.
    String printed = Library.output(context);
    String errors = Library.errors(context);
    if (result != 0) {
      throw new EngineFault(refusal(commands, errors));
    }
    return printed;
  }

  @Override
  public void close() {
    if (!isClosed) {
      checkUse();
      isClosed = true;
      Library.free(context);
    }
  }

  private void checkUse() {
    if (Thread.currentThread() != owner) {
      throw new IllegalStateException(
          "libnftables is used by the thread that opened it, '%s', not by '%s'"
              .formatted(owner.getName(), Thread.currentThread().getName()));
    }
    if (isClosed) {
      throw new IllegalStateException("libnftables was closed");
    }
  }

  private static String refusal(String commands, String errors) {
    return "nftables refused: %s\nin:\n%s"
        .formatted(
            errors.isBlank() ? "no reason given" : errors.strip(),
            commands.strip().lines().limit(SHOWN_LINES).collect(Collectors.joining("\n")));
  }

  /** The library's functions; loaded at first use, after {@link #requireLibrary}. */
  private static final class Library {
    static final String NAME = "libnftables.so.1";
    private static final int NFT_CTX_DEFAULT = 0;

    private static final SymbolLookup SYMBOLS = SymbolLookup.libraryLookup(NAME, Arena.global());
    private static final MethodHandle NEW =
        function("nft_ctx_new", FunctionDescriptor.of(ADDRESS, JAVA_INT));
    private static final MethodHandle FREE =
        function("nft_ctx_free", FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle SET_FLAGS =
        function("nft_ctx_output_set_flags", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
    private static final MethodHandle BUFFER_OUTPUT =
        function("nft_ctx_buffer_output", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle BUFFER_ERROR =
        function("nft_ctx_buffer_error", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle GET_OUTPUT =
        function("nft_ctx_get_output_buffer", FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle GET_ERROR =
        function("nft_ctx_get_error_buffer", FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle RUN =
        function("nft_run_cmd_from_buffer", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));

    private Library() {}

    static MemorySegment newContext() {
      try {
        var context = (MemorySegment) NEW.invokeExact(NFT_CTX_DEFAULT);
        if (!context.equals(MemorySegment.NULL)
            && ((int) BUFFER_OUTPUT.invokeExact(context) != 0
                || (int) BUFFER_ERROR.invokeExact(context) != 0)) {
          free(context);
          return MemorySegment.NULL;
        }
        return context;
      } catch (Throwable t) {
        throw impossible(t);
      }
    }

    static int run(MemorySegment context, int flags, MemorySegment commands) {
      try {
        SET_FLAGS.invokeExact(context, flags);
        return (int) RUN.invokeExact(context, commands);
      } catch (Throwable t) {
        throw impossible(t);
      }
    }

    static String output(MemorySegment context) {
      try {
        return text((MemorySegment) GET_OUTPUT.invokeExact(context));
      } catch (Throwable t) {
        throw impossible(t);
      }
    }

    static String errors(MemorySegment context) {
      try {
        return text((MemorySegment) GET_ERROR.invokeExact(context));
      } catch (Throwable t) {
        throw impossible(t);
      }
    }

    static void free(MemorySegment context) {
      try {
        FREE.invokeExact(context);
      } catch (Throwable t) {
        throw impossible(t);
      }
    }

    private static String text(MemorySegment string) {
      return string.equals(MemorySegment.NULL)
          ? ""
          : string.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
      return Linker.nativeLinker().downcallHandle(SYMBOLS.findOrThrow(name), descriptor);
    }

    private static AssertionError impossible(Throwable t) {
      return new AssertionError("a native call cannot throw", t);
    }
  }
}
