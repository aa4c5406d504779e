package io.fairlead.runtime;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The small init that a container gets as its first process by {@code --init}: it passes signals on
 * and collects orphans. It has to be a static program, because a container's root need not have the
 * machine's libraries.
 */
final class InitProgram {
  /** Where it is in the container, as with Docker. */
  static final String TARGET = "/sbin/docker-init";

  /** Those that take a command after {@code --}. */
  private static final List<String> NAMES =
      List.of("docker-init", "tini-static", "tini", "catatonit");

  private static final int PT_INTERP = 3;

  private InitProgram() {}

  /** The first of the known ones that is installed and static. */
  static Optional<Path> find() {
    return NAMES.stream()
        .flatMap(name -> Programs.find(name).stream())
        .filter(InitProgram::isStatic)
        .findFirst();
  }

  /** The arguments with the init before them. */
  static List<String> before(List<String> arguments) {
    return Stream.concat(Stream.of(TARGET, "--"), arguments.stream()).toList();
  }

  /** Whether a 64-bit ELF file names no interpreter (elf(5)). */
  private static boolean isStatic(Path program) {
    try (var file = new RandomAccessFile(program.toFile(), "r")) {
      byte[] head = new byte[64];
      file.readFully(head);
      var elf = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
      if (elf.getInt(0) != 0x464c457f) {
        return false;
      }
      long headers = elf.getLong(32);
      int size = elf.getShort(54);
      int count = elf.getShort(56);
      byte[] type = new byte[4];
      for (int i = 0; i < count; i++) {
        file.seek(headers + (long) i * size);
        file.readFully(type);
        if (ByteBuffer.wrap(type).order(ByteOrder.LITTLE_ENDIAN).getInt() == PT_INTERP) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
