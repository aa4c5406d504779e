package io.fairlead.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files of /proc and /sys, which go when what they are about goes. */
public final class KernelFiles {
  private KernelFiles() {}

  /** None where there is no such file, or there is none any more. */
  public static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
