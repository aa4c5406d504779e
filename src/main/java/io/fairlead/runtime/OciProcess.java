package io.fairlead.runtime;

import io.fairlead.InvalidRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The OCI runtime's configuration of one process: a container's own ({@code process} in its
 * config.json), or a further one, which is made from it.
 */
final class OciProcess {
  private static final String PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final TypeReference<LinkedHashMap<String, Object>> OBJECT =
      new TypeReference<>() {};

  private OciProcess() {}

  /**
   * @param grantable the capabilities that the engine can give at all
   */
  static byte[] ofExec(Bundle container, ExecSpec spec, Set<String> grantable) {
    var configuration = JsonMapper.shared().readTree(container.configuration().toFile());
    var root = Path.of(configuration.path("root").path("path").asString());
    var json = JsonMapper.shared();
    var process = json.convertValue(configuration.path("process"), OBJECT);
    var user = configuration.path("process").path("user");
    int uid = user.path("uid").asInt();
    String home = ProcessUser.lookUp(root, String.valueOf(uid)).home();
    if (!spec.user().isEmpty()) {
      var other = ProcessUser.lookUp(root, spec.user());
      process.put("user", user(other));
      uid = other.uid();
      home = other.home();
    }
    process.put("args", spec.arguments());
    process.put("env", environment(spec.environment(), home));
    if (!spec.workingDirectory().isEmpty()) {
      process.put("cwd", workingDirectory(spec.workingDirectory()));
    }
    List<String> bound = new ArrayList<>();
    configuration
        .path("process")
        .path("capabilities")
        .path("bounding")
        .forEach(name -> bound.add(name.asString()));
    process.put(
        "capabilities",
        capabilities(spec.isPrivileged() ? names(Capabilities.all(grantable)) : bound, uid));
    putTerminal(process, spec.terminal());
    return json.writeValueAsBytes(process);
  }

  static Map<String, Object> user(ProcessUser user) {
    return OciSpec.object("uid", user.uid(), "gid", user.gid(), "additionalGids", user.groups());
  }

  static void putTerminal(Map<String, Object> process, Optional<ConsoleSize> terminal) {
    process.put("terminal", terminal.isPresent());
    process.remove("consoleSize");
    terminal
        .filter(ConsoleSize::isKnown)
        .ifPresent(
            size ->
                process.put(
                    "consoleSize", OciSpec.object("height", size.height(), "width", size.width())));
  }

  static List<String> names(List<String> capabilities) {
    return capabilities.stream().map(name -> "CAP_" + name).toList();
  }

  /** What execve(2) leaves to somebody who is not root: nothing but the bound. */
  static Map<String, Object> capabilities(List<String> bound, int uid) {
    var held = uid == 0 ? bound : List.<String>of();
    return OciSpec.object("bounding", bound, "effective", held, "permitted", held);
  }

  static String workingDirectory(String wanted) {
    String directory = wanted.isEmpty() ? "/" : wanted;
    if (!directory.startsWith("/")) {
      throw new InvalidRequest(
          "the working directory '%s' is invalid, it needs to be an absolute path"
              .formatted(directory));
    }
    return directory;
  }

  /** A later entry of the same name wins, in the place of the first. */
  static List<String> environment(List<String> entries, String home) {
    var byName = new LinkedHashMap<String, String>();
    byName.put("PATH", PATH);
    for (String entry : entries) {
      byName.put(name(entry), entry);
    }
    if (byName.getOrDefault("HOME", "HOME=").equals("HOME=")) {
      byName.put("HOME", "HOME=" + home);
    }
    return List.copyOf(byName.values());
  }

  private static String name(String entry) {
    int end = entry.indexOf('=');
    return end < 0 ? entry : entry.substring(0, end);
  }
}
