package io.fairlead.cli;

import java.util.List;

/** {@code fairlead save}: writes images to an archive. */
final class SaveCommand implements Command {
  private String file = "";

  @Override
  public Usage usage() {
    return Usage.of("save", "Write images to an archive that 'docker load' and OCI tools take")
        .option("-o, --output", "FILE", "The archive (default: standard output)", v -> file = v)
        .arguments("IMAGE...", 1, Usage.ANY);
  }

  @Override
  public int run(Host host, List<String> images) throws Exception {
    var target = new StringBuilder("/images/get?");
    images.forEach(image -> target.append("names=").append(Daemon.escape(image)).append('&'));
    return Download.get(host, target.toString(), file);
  }
}
