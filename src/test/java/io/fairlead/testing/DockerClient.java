package io.fairlead.testing;

import java.util.List;

/** The docker commands that the tests drive. */
public enum DockerClient {
  OF_THIS_MACHINE("dirname $(command -v docker)"),

  /** Unpacked by {@code script/setup}; it speaks 1.41. */
  DEBIANS_20_10("echo $(script/lib/dockerd.sh --client)/usr/bin");

  private final String place;

  DockerClient(String place) {
    this.place = place;
  }

  /** The folder that it is in. */
  public String folder() {
    return Command.run(List.of("bash", "-c", place)).succeeded().stdout().strip();
  }
}
