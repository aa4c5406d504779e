package io.fairlead.cli;

import io.fairlead.archive.CopyPath;
import io.fairlead.archive.EntryPath;
import io.fairlead.cli.CopyPlan.Destination;
import io.fairlead.linux.ByteString;
import io.fairlead.linux.FileStatus;
import io.fairlead.linux.KernelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** {@code fairlead cp}: copies files between a container and here. */
final class CopyCommand implements Command {
  /** Of Go's {@code io/fs.FileMode}. */
  private static final long GO_DIRECTORY = 1L << 31;

  private static final long GO_SYMLINK = 1L << 27;

  private boolean isOwnedByUser;
  private boolean followsLink;

  @Override
  public Usage usage() {
    return Usage.of("cp", "Copy files between a container and here")
        .flag(
            "-a, --archive",
            "Into a container: give all to the user that it runs as",
            on -> isOwnedByUser = on)
        .flag("-L, --follow-link", "Copy what a link leads to", on -> followsLink = on)
        .flag("-q, --quiet", "Say nothing of what is copied (it never does)", _ -> {})
        .arguments("CONTAINER:PATH|PATH|- PATH|-|CONTAINER:PATH", 2, 2)
        .description(
            "Copies from a container, whatever state it is in, or into it. '-' is a tar on"
                + " standard input or output. FOLDER/. copies what is in a folder. A path of here"
                + " with a colon in it begins with / or ./");
  }

  /**
   * One side of a copy.
   *
   * @param container empty: here
   */
  record Side(String container, String path) {
    static Side parse(String text) {
      int colon = text.indexOf(':');
      return text.startsWith("/") || text.startsWith(".") || colon <= 0
          ? new Side("", text)
          : new Side(text.substring(0, colon), text.substring(colon + 1));
    }

    boolean isHere() {
      return container.isEmpty();
    }

    boolean isStream() {
      return isHere() && path.equals("-");
    }

    String archive(String ofPath) {
      return "/containers/%s/archive?path=%s"
          .formatted(Daemon.escape(container), Daemon.escape(ByteString.text(ofPath)));
    }
  }

  @Override
  public int run(Host host, List<String> arguments) throws IOException {
    var from = Side.parse(arguments.getFirst());
    var to = Side.parse(arguments.getLast());
    if (from.isHere() == to.isHere()) {
      throw new CommandFailure(
          from.isHere()
              ? "must specify at least one container source: say CONTAINER:PATH on one side"
              : "copying between containers is not supported: copy to here first, or pipe by '-'");
    }
    Daemon daemon = host.daemon();
    try {
      if (from.isHere()) {
        put(daemon, from, to);
      } else {
        get(daemon, from, to);
      }
    } catch (KernelException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()));
    }
    return 0;
  }

  /** What the daemon says of a path in a container. */
  private record Seen(long mode, String linkTarget) {
    static Optional<Seen> of(HttpConnection.Response response) {
      return Optional.ofNullable(response.headers().get("x-docker-container-path-stat"))
          .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8))
          .map(Json::parse)
          .map(json -> new Seen(json.at("mode").number(), json.at("linkTarget").text()));
    }

    boolean isLink() {
      return (mode & GO_SYMLINK) != 0;
    }

    boolean isFolder() {
      return (mode & GO_DIRECTORY) != 0;
    }
  }

  /** Empty if nothing is there. */
  private static Optional<Seen> look(Daemon daemon, Side side, String path) throws IOException {
    try (var connection = daemon.connect()) {
      return Seen.of(daemon.open(connection, "HEAD", side.archive(path)));
    } catch (Refusal e) {
      return Optional.empty(); // what is wrong is told when the copy itself is refused
    }
  }

  private void put(Daemon daemon, Side from, Side to) throws IOException {
    var target = CopyPath.parse(to.path());
    Optional<Seen> there = look(daemon, to, target.text());
    if (there.isPresent() && there.get().isLink()) {
      target = new CopyPath(ByteString.of(there.get().linkTarget()));
      there = look(daemon, to, target.text());
    }
    Destination destination =
        there.isEmpty()
            ? Destination.NOTHING
            : there.get().isFolder() ? Destination.FOLDER : Destination.FILE;
    if (from.isStream()) {
      if (destination != Destination.FOLDER) {
        throw new CommandFailure(
            "destination \"%s:%s\" must be a directory".formatted(to.container(), to.path()));
      }
      send(daemon, to, target.text(), System.in::transferTo);
      return;
    }
    try (var files = new LocalFiles()) {
      var source = LocalFiles.absolute(from.path());
      String name = source.base();
      FileStatus status = existing(files, source, from);
      if (status.isSymlink() && followsLink) {
        source = files.followed(source);
        status = existing(files, source, from);
      }
      var plan = CopyPlan.of(status.isDirectory(), target.absolute(), destination);
      String as = plan.name().orElse(name.equals("/") ? "" : name);
      CopyPath path = source;
      boolean isFolder = status.isDirectory();
      send(daemon, to, plan.folder(), out -> files.pack(path, isFolder, as, out));
    }
  }

  private static FileStatus existing(LocalFiles files, CopyPath path, Side from) {
    return files
        .status(path)
        .orElseThrow(() -> new CommandFailure("no such file or directory: " + from.path()));
  }

  private void send(Daemon daemon, Side to, String folder, HttpConnection.Content content)
      throws IOException {
    String target =
        to.archive(folder)
            + "&noOverwriteDirNonDir=true"
            + (isOwnedByUser ? "&copyUIDGID=true" : "");
    try (var connection = daemon.connect()) {
      var _ = daemon.upload(connection, "PUT", target, content);
    }
  }

  private void get(Daemon daemon, Side from, Side to) throws IOException {
    var source = CopyPath.parse(from.path());
    Optional<String> name = Optional.empty();
    if (followsLink) {
      Optional<Seen> seen = look(daemon, from, source.text()).filter(Seen::isLink);
      if (seen.isPresent()) {
        name = Optional.of(source.base());
        source = new CopyPath(ByteString.of(seen.get().linkTarget()));
      }
    }
    if (to.isStream()) {
      Download.refuseTerminal();
    }
    try (var connection = daemon.connect()) {
      var answer = daemon.open(connection, "GET", from.archive(source.text()));
      if (to.isStream()) {
        answer.body().transferTo(System.out);
        return;
      }
      try (var files = new LocalFiles()) {
        boolean isFolder = Seen.of(answer).map(Seen::isFolder).orElse(false);
        var target = files.followed(LocalFiles.absolute(to.path()));
        var plan = CopyPlan.of(isFolder, target, files.destination(target));
        files.checkFolder(plan.folder());
        Optional<String> called = plan.name().isPresent() ? plan.name() : name;
        var rename = rename(source.absolute().base(), called);
        files.unpack(answer.body(), plan.folder(), rename);
      }
    }
  }

  /** Gives the thing that is copied another name, wherever the archive has its own. */
  static UnaryOperator<EntryPath> rename(String base, Optional<String> name) {
    boolean isUnnamed = base.equals(".") || base.equals("/");
    return path -> {
      if (name.isEmpty() || (!isUnnamed && !startsWith(path, base))) {
        return path;
      }
      var names = new ArrayList<>(List.of(name.get()));
      names.addAll(isUnnamed ? path.names() : path.names().subList(1, path.names().size()));
      return new EntryPath(names);
    };
  }

  private static boolean startsWith(EntryPath path, String name) {
    return !path.isRoot() && path.names().getFirst().equals(name);
  }
}
