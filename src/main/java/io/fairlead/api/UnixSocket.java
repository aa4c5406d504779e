package io.fairlead.api;

import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Optional;

/**
 * The file of a listening unix socket: made under another name, given its owner and mode, and only
 * then moved to its place, so that it is never there with another mode, and a dead daemon's is
 * replaced in one step.
 */
final class UnixSocket {
  /** The size of sun_path (linux/un.h), less its final zero. */
  private static final int MAX_PATH_BYTES = 107;

  private final Path path;
  private final Path unready;

  /**
   * @throws Conflict if somebody answers there
   */
  UnixSocket(Path path) {
    this.path = path.toAbsolutePath().normalize();
    this.unready = Path.of(this.path + ".new");
    int length = unready.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_PATH_BYTES) {
      throw new InvalidRequest(
          "the socket's path %s is too long; the kernel takes %d bytes"
              .formatted(this.path, MAX_PATH_BYTES - ".new".length()));
    }
    refuseLive();
  }

  private void refuseLive() {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      if (!isSocket()) {
        throw new Conflict(
            "%s is there and is not a socket; move it away or choose another with --host"
                .formatted(path));
      }
      channel.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException _) {
      return; // nobody answers: a dead daemon's
    }
    throw new Conflict(
        "another daemon answers on %s; stop it or choose another socket with --host"
            .formatted(path));
  }

  private boolean isSocket() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther();
  }

  /** Where to bind. */
  UnixDomainSocketAddress prepare() {
    try {
      Path parent = path.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.deleteIfExists(unready);
    } catch (IOException e) {
      throw new EngineFault("the socket %s cannot be made: %s".formatted(path, e), e);
    }
    return UnixDomainSocketAddress.of(unready);
  }

  /** Opens the bound socket to its owner and group. */
  void publish(Optional<String> group) {
    try {
      var view =
          Files.getFileAttributeView(
              unready, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      Files.setPosixFilePermissions(unready, PosixFilePermissions.fromString("rw-rw----"));
      if (group.isPresent()) {
        view.setGroup(
            unready
                .getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByGroupName(group.get()));
      }
      Files.move(
          unready, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (UserPrincipalNotFoundException e) {
      throw new InvalidRequest(
          "there is no group %s; make it (groupadd %s) or leave out --group"
              .formatted(group.orElse(""), group.orElse("")),
          e);
    } catch (IOException e) {
      throw new EngineFault("the socket %s cannot be made: %s".formatted(path, e), e);
    }
  }

  void remove() throws IOException {
    Files.deleteIfExists(path);
    Files.deleteIfExists(unready);
  }

  @Override
  public String toString() {
    return "unix://" + path;
  }
}
