package io.fairlead.cli;

import java.util.List;

/** {@code fairlead tag}: gives an image one more name. */
final class TagCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("tag", "Give an image one more name").arguments("IMAGE NAME[:TAG]", 2, 2);
  }

  @Override
  public int run(Host host, List<String> arguments) {
    String name = arguments.get(1);
    int colon = name.indexOf(':', name.lastIndexOf('/') + 1);
    var _ =
        host.daemon()
            .post(
                "/images/%s/tag?repo=%s&tag=%s"
                    .formatted(
                        Daemon.path(arguments.getFirst()),
                        Daemon.escape(colon < 0 ? name : name.substring(0, colon)),
                        Daemon.escape(colon < 0 ? "" : name.substring(colon + 1))));
    return 0;
  }
}
