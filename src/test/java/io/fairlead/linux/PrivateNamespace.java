package io.fairlead.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** A network namespace of a test's own; closing it unmounts and deletes its pin. */
public final class PrivateNamespace implements AutoCloseable {
  private final Path pin;
  private final NetNamespace namespace;

  private PrivateNamespace(Path pin, NetNamespace namespace) {
    this.pin = pin;
    this.namespace = namespace;
  }

  public static PrivateNamespace make() {
    try {
      var pin = Files.createTempFile("fairlead-test-netns-", "");
      return new PrivateNamespace(pin, NetNamespace.create(pin));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public NetNamespace namespace() {
    return namespace;
  }

  public <T> T call(Callable<T> action) {
    return namespace.call("test in " + pin.getFileName(), action);
  }

  @Override
  public void close() {
    Errno.check(Libc.umount2(pin.toString(), Libc.MNT_DETACH), "umount", pin.toString());
    try {
      Files.delete(pin);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
