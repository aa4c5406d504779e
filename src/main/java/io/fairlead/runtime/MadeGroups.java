package io.fairlead.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups that were made only because a container asked for them as its parent ({@code
 * --cgroup-parent}). Each has a file in a directory, so that they are found again and removed with
 * the last container in them; what was there before stays.
 */
record MadeGroups(Path notes) {
  private static final Logger LOG = LoggerFactory.getLogger(MadeGroups.class);

  /** To be called before the runtime makes them. */
  void note(List<Path> hierarchies, String parent) {
    Path group = Path.of("/", parent).normalize();
    for (Path hierarchy : hierarchies) {
      for (int depth = 1; depth <= group.getNameCount(); depth++) {
        Path directory = hierarchy.resolve(group.subpath(0, depth));
        if (!Files.exists(directory)) {
          note(directory);
        }
      }
    }
  }

  private void note(Path directory) {
    try {
      Files.createFile(
          notes.resolve(URLEncoder.encode(directory.toString(), StandardCharsets.UTF_8)));
    } catch (FileAlreadyExistsException e) {
      // Another container asks for the same at this moment.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes those that nothing is in any more. */
  void removeEmpty() {
    for (Path directory : all()) {
      try {
        Files.deleteIfExists(directory);
        Files.deleteIfExists(
            notes.resolve(URLEncoder.encode(directory.toString(), StandardCharsets.UTF_8)));
      } catch (FileSystemException e) {
        // EBUSY: another container is in it, and will remove it.
        LOG.debug("the group {} stays for now: {}", directory, e.getMessage());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private List<Path> all() {
    try (Stream<Path> entries = Files.list(notes)) {
      return entries
          .map(note -> URLDecoder.decode(note.getFileName().toString(), StandardCharsets.UTF_8))
          .map(Path::of)
          .sorted(Comparator.comparingInt(Path::getNameCount).reversed())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
