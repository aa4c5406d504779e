package io.fairlead.cli;

import java.util.List;

/** One command, made anew for each call: parsing its flags fills its fields. */
interface Command {
  Usage usage();

  /**
   * @param host which daemon is meant
   * @return the exit code
   */
  int run(Host host, List<String> arguments) throws Exception;
}
