package io.fairlead.cli;

import java.util.List;

/** {@code fairlead import}: makes an image from the tar of a root file system. */
final class ImportCommand implements Command {
  private final StringBuilder target = new StringBuilder("/images/create?fromSrc=-");

  @Override
  public Usage usage() {
    return Usage.of("import", "Make an image from the tar of a root file system")
        .option(
            "-c, --change",
            "INSTRUCTION",
            "A Dockerfile instruction to apply, as 'CMD [\"sh\"]' or 'EXPOSE 80'",
            value -> add("changes", value))
        .option(
            "-m, --message",
            "TEXT",
            "A word about it for the image's history",
            value -> add("message", value))
        .arguments("FILE|- [NAME[:TAG]]", 1, 2);
  }

  @Override
  public int run(Host host, List<String> arguments) throws Exception {
    if (arguments.size() > 1) {
      String name = arguments.get(1);
      int colon = name.indexOf(':', name.lastIndexOf('/') + 1);
      add("repo", colon < 0 ? name : name.substring(0, colon));
      add("tag", colon < 0 ? "" : name.substring(colon + 1));
    }
    return Upload.send(host.daemon(), target.toString(), arguments.getFirst());
  }

  private void add(String name, String value) {
    target.append('&').append(name).append('=').append(Daemon.escape(value));
  }
}
