package io.fairlead.runtime;

import static io.fairlead.runtime.OciSpec.object;

import io.fairlead.EngineFault;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The device nodes of a container and which of them it may use. */
final class Devices {
  private static final int S_IFMT = 0170000;
  private static final int S_IFCHR = 0020000;
  private static final int S_IFBLK = 0060000;

  /** Mounts of a container's own, or of its terminal. */
  private static final Set<String> LEFT_OUT =
      Set.of("pts", "shm", "fd", "mqueue", "hugepages", "console", ".lxc", ".lxd-mounts", ".udev");

  private Devices() {}

  /**
   * The cgroup's rules: any node may be made, and the harmless ones be used; runtimes add those of
   * the terminal.
   */
  static List<Map<String, Object>> rules(boolean isPrivileged, Isolation isolation) {
    if (isPrivileged) {
      return List.of(object("allow", true, "access", "rwm"));
    }
    var rules = usualRules();
    for (var device : isolation.devices()) {
      found(device).values().forEach(node -> rules.add(rule(node, permissions(device))));
    }
    isolation.deviceRules().forEach(text -> rules.add(DeviceRule.parse(text).inOciForm()));
    return rules;
  }

  /** A node's kind and numbers are its rule's. */
  private static Map<String, Object> rule(Map<String, Object> node, String access) {
    var rule = object("allow", true);
    rule.putAll(node);
    rule.keySet().retainAll(Set.of("allow", "type", "major", "minor"));
    rule.put("access", access);
    return rule;
  }

  private static List<Map<String, Object>> usualRules() {
    var rules = new ArrayList<Map<String, Object>>();
    rules.add(object("allow", false, "access", "rwm"));
    rules.add(object("allow", true, "type", "c", "access", "m"));
    rules.add(object("allow", true, "type", "b", "access", "m"));
    // null, zero, full, random, urandom; tty
    for (int minor : List.of(3, 5, 7, 8, 9)) {
      rules.add(allowed(1, minor));
    }
    rules.add(allowed(5, 0));
    return rules;
  }

  private static Map<String, Object> allowed(int major, int minor) {
    return object("allow", true, "type", "c", "major", major, "minor", minor, "access", "rwm");
  }

  private static String permissions(Isolation.Device device) {
    return device.permissions().isEmpty() ? "rwm" : device.permissions();
  }

  /** The nodes of the devices that were asked for by name, as the container has them. */
  static List<Map<String, Object>> named(List<Isolation.Device> devices) {
    var nodes = new ArrayList<Map<String, Object>>();
    for (var device : devices) {
      Path target =
          Path.of(
              device.pathInContainer().isEmpty() ? device.pathOnHost() : device.pathInContainer());
      found(device)
          .forEach(
              (path, node) -> {
                var inside = new LinkedHashMap<>(node);
                inside.put(
                    "path",
                    path.toString().isEmpty()
                        ? target.toString()
                        : target.resolve(path).toString());
                nodes.add(inside);
              });
    }
    return nodes;
  }

  /**
   * A device, or those in a directory, by their paths below the one that was named.
   *
   * @throws EngineFault in Docker's words if it is neither
   */
  private static Map<Path, Map<String, Object>> found(Isolation.Device device) {
    var nodes = new LinkedHashMap<Path, Map<String, Object>>();
    try {
      Path path = Path.of(device.pathOnHost()).toRealPath();
      var all = new ArrayList<Map<String, Object>>();
      if (Files.isDirectory(path)) {
        all.addAll(below(path));
      } else {
        addDevice(path, all);
      }
      for (var node : all) {
        nodes.put(path.relativize(Path.of(String.valueOf(node.get("path")))), node);
      }
    } catch (NoSuchFileException e) {
      throw new EngineFault(
          "error gathering device information while adding custom device \"%s\": no such file or directory"
              .formatted(device.pathOnHost()),
          e);
    } catch (IOException e) {
      throw new EngineFault("cannot read the device %s: %s".formatted(device.pathOnHost(), e), e);
    }
    if (nodes.isEmpty()) {
      throw new EngineFault(
          "error gathering device information while adding custom device \"%s\": not a device node"
              .formatted(device.pathOnHost()));
    }
    return nodes;
  }

  /** Every device node of the host, for a privileged container. */
  static List<Map<String, Object>> ofHost() {
    return below(Path.of("/dev"));
  }

  private static List<Map<String, Object>> below(Path directory) {
    var devices = new ArrayList<Map<String, Object>>();
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
              return LEFT_OUT.contains(String.valueOf(dir.getFileName()))
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (attributes.isOther() && !LEFT_OUT.contains(String.valueOf(file.getFileName()))) {
                addDevice(file, devices);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              // It vanished meanwhile.
              return FileVisitResult.CONTINUE;
            }
          });
      return devices;
    } catch (IOException e) {
      throw new EngineFault(
          "cannot list the devices in %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  private static void addDevice(Path file, List<Map<String, Object>> devices) throws IOException {
    long mode = attribute(file, "mode");
    long kind = mode & S_IFMT;
    if (kind != S_IFCHR && kind != S_IFBLK) {
      return;
    }
    long number = attribute(file, "rdev");
    devices.add(
        object(
            "path",
            file.toString(),
            "type",
            kind == S_IFBLK ? "b" : "c",
            "major",
            ((number >>> 8) & 0xfff) | ((number >>> 32) & ~0xfffL),
            "minor",
            (number & 0xff) | ((number >>> 12) & ~0xffL),
            "fileMode",
            mode & 07777,
            "uid",
            attribute(file, "uid"),
            "gid",
            attribute(file, "gid")));
  }

  /** One number of stat(2). */
  private static long attribute(Path file, String name) throws IOException {
    return ((Number) Files.getAttribute(file, "unix:" + name, LinkOption.NOFOLLOW_LINKS))
        .longValue();
  }
}
