package io.fairlead.network;

import io.fairlead.EngineFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Settings under /proc/sys/net: of the namespace that the calling thread is in. */
final class Sysctls {
  private static final Path ROOT = Path.of("/proc/sys");

  private Sysctls() {}

  /** Empty if there is no such setting: no such link, or a kernel without that family. */
  static Optional<String> read(String path) {
    try {
      return Optional.of(Files.readString(ROOT.resolve(path)).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new EngineFault("cannot read /proc/sys/%s: %s".formatted(path, e.getMessage()), e);
    }
  }

  static void write(String path, String value) {
    try {
      Files.writeString(ROOT.resolve(path), value);
    } catch (NoSuchFileException e) {
      if (!path.startsWith("net/ipv6/")) {
        throw new EngineFault("there is no /proc/sys/" + path, e);
      }
      // A kernel without IPv6 has nothing to switch off.
    } catch (IOException e) {
      throw new EngineFault(
          "cannot set /proc/sys/%s to %s: %s".formatted(path, value, e.getMessage()), e);
    }
  }
}
