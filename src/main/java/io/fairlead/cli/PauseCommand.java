package io.fairlead.cli;

import java.util.List;

/** {@code fairlead pause} and {@code fairlead unpause}. */
final class PauseCommand implements Command {
  private final String verb;
  private final String title;

  private PauseCommand(String verb, String title) {
    this.verb = verb;
    this.title = title;
  }

  static PauseCommand pause() {
    return new PauseCommand("pause", "Take the processor away from containers");
  }

  static PauseCommand unpause() {
    return new PauseCommand("unpause", "Let paused containers go on");
  }

  @Override
  public Usage usage() {
    return Usage.of(verb, title).arguments("CONTAINER...", 1, Usage.ANY);
  }

  @Override
  public int run(Host host, List<String> names) {
    Daemon daemon = host.daemon();
    return EachName.call(
        names,
        name -> {
          daemon.post("/containers/" + Daemon.escape(name) + "/" + verb);
          return name;
        });
  }
}
