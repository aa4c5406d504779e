package io.fairlead.image;

import java.util.Locale;

/** An operating system and architecture as images name them. */
record Platform(String os, String architecture) {
  static Platform ofThisMachine() {
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return new Platform(
        "linux",
        switch (arch) {
          case "x86_64" -> "amd64";
          case "aarch64" -> "arm64";
          case "x86", "i386" -> "386";
          default -> arch; // amd64, ppc64le, s390x, riscv64 are the same words
        });
  }

  @Override
  public String toString() {
    return os + "/" + architecture;
  }
}
