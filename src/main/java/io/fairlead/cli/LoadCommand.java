package io.fairlead.cli;

import java.util.List;

/** {@code fairlead load}: brings in images that {@code docker save} wrote. */
final class LoadCommand implements Command {
  private String file = "-";
  private boolean isQuiet;

  @Override
  public Usage usage() {
    return Usage.of("load", "Bring in images that 'docker save' wrote, or an OCI layout's tar")
        .option("-i, --input", "FILE", "The tar (default: standard input)", value -> file = value)
        .flag("-q, --quiet", "No progress", on -> isQuiet = on);
  }

  @Override
  public int run(Host host, List<String> arguments) throws Exception {
    return Upload.send(host.daemon(), "/images/load?quiet=" + (isQuiet ? 1 : 0), file);
  }
}
