package io.fairlead.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Says why a program cannot be run in a container, where the runtime's own words are lost: crun
 * writes them to the terminal that a process was to have, and conmon reads none of it then.
 *
 * @param root the container's, with all that is mounted there
 * @param path the value of PATH
 */
record ProgramSearch(Path root, String path, String workingDirectory) {

  /** In the words of the runtimes. */
  String why(String program) {
    var places = new ArrayList<String>();
    if (program.contains("/")) {
      places.add(program.startsWith("/") ? program : workingDirectory + "/" + program);
    } else {
      List.of(path.split(":", -1)).forEach(folder -> places.add(folder + "/" + program));
    }
    var found = places.stream().flatMap(this::onHost).filter(Files::exists).toList();
    if (found.isEmpty()) {
      return program.contains("/")
          ? "open executable `%s`: no such file or directory".formatted(program)
          : "executable file `%s` not found in $PATH".formatted(program);
    }
    return found.stream().noneMatch(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        ? "open executable `%s`: permission denied".formatted(program)
        : "the process could not be set up in a terminal";
  }

  private Stream<Path> onHost(String place) {
    try {
      return Stream.of(RootFiles.resolve(root, place));
    } catch (IOException e) {
      return Stream.of();
    }
  }
}
