package io.fairlead.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A real terminal (tmux) in which a line of the shell runs: a test types, and sees the screen. */
public final class Tmux implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final TestHost host;
  private final Path folder;

  private Tmux(TestHost host, int width, int height, String line) {
    this.host = host;
    try {
      folder = Files.createTempDirectory("fairlead-tmux-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("new-session", "-d", "-x", "" + width, "-y", "" + height, "sh", "-c", line).succeeded();
  }

  /**
   * Opens a window of this size; what the line leaves on the screen stays after its end, with its
   * exit code ({@code ended: 0}).
   */
  public static Tmux open(TestHost host, int width, int height, String line) {
    return new Tmux(host, width, height, line + "; echo ended: $?; exec sleep 1000");
  }

  private Command run(String... arguments) {
    var line = new ArrayList<>(List.of("tmux", "-f", "/dev/null", "-S", folder + "/socket"));
    line.addAll(List.of(arguments));
    return host.tryExec(line.toArray(String[]::new));
  }

  /**
   * @param keys as tmux names them: {@code "ls", "Enter"}, {@code "C-p"}
   */
  public Tmux type(String... keys) {
    var arguments = new ArrayList<>(List.of("send-keys"));
    arguments.addAll(List.of(keys));
    run(arguments.toArray(String[]::new)).succeeded();
    return this;
  }

  public Tmux resize(int width, int height) {
    run("resize-window", "-x", "" + width, "-y", "" + height).succeeded();
    return this;
  }

  /** A line that says {@code 80x24} when a shell's terminal has this size. */
  public static String untilSize(int width, int height) {
    return "until test \"$(stty size)\" = '%d %d'; do sleep 0.1; done; echo %d''x%d"
        .formatted(height, width, width, height);
  }

  /** What is to be seen. */
  public String screen() {
    return run("capture-pane", "-p").succeeded().stdout().strip();
  }

  /** Waits until a line of the screen ends so. */
  public Tmux await(String line) {
    Awaitility.await("a line '" + line + "'")
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              String screen = screen();
              if (screen.lines().noneMatch(each -> each.strip().endsWith(line))) {
                throw new AssertionError("no line '%s' in:%n%s".formatted(line, screen));
              }
            });
    return this;
  }

  @Override
  public void close() {
    run("kill-server");
    try {
      Files.deleteIfExists(folder.resolve("socket"));
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
