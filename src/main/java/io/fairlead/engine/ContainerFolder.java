package io.fairlead.engine;

import io.fairlead.linux.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A container's own folder under the data root: its log, and the files mounted over its /etc. */
record ContainerFolder(Path path) {

  static ContainerFolder of(Path dataRoot, String containerId) {
    return new ContainerFolder(parent(dataRoot).resolve(containerId));
  }

  static Path parent(Path dataRoot) {
    return dataRoot.resolve("containers");
  }

  Path log() {
    return path.resolve("container.log");
  }

  Path hosts() {
    return path.resolve("hosts");
  }

  Path hostname() {
    return path.resolve("hostname");
  }

  Path resolvConf() {
    return path.resolve("resolv.conf");
  }

  void make() {
    try {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes in place: who has these files mounted sees the new text. */
  void write(NetworkFiles files) {
    try {
      Files.writeString(hosts(), files.hosts());
      Files.writeString(hostname(), files.hostname() + "\n");
      Files.writeString(resolvConf(), files.resolvConf());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes another's files this one's too, by links: they outlive that other, and so does what is
   * written to them while both are there.
   */
  void share(ContainerFolder other) {
    try {
      for (Path file : List.of(hosts(), hostname(), resolvConf())) {
        Files.deleteIfExists(file);
        Files.createLink(file, other.path.resolve(file.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The host name that was written last, or empty. */
  String writtenHostname() {
    try {
      return Files.exists(hostname()) ? Files.readString(hostname()).strip() : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void delete() {
    Trees.delete(path);
  }

  /** The ids of the containers that have a folder. */
  static List<String> all(Path dataRoot) {
    if (!Files.exists(parent(dataRoot))) {
      return List.of();
    }
    try (var list = Files.list(parent(dataRoot))) {
      return list.map(Path::getFileName).map(String::valueOf).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
