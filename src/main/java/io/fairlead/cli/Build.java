package io.fairlead.cli;

import java.util.Optional;

/**
 * Which program this is. The launcher names each build by the commit and by what its jars contain,
 * and hands the name over; started in another way it is {@code dev}.
 */
final class Build {
  private Build() {}

  static String version() {
    return Optional.ofNullable(Build.class.getPackage().getImplementationVersion()).orElse("dev");
  }

  static String id() {
    return System.getProperty("fairlead.build", "dev");
  }
}
