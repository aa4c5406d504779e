package io.fairlead.runtime;

import io.fairlead.EngineFault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The seccomp profile that Docker, Podman and CRI-O share, whose rules depend on capabilities,
 * architecture and kernel, and what it comes to for one container: the OCI form, which knows none
 * of these.
 */
final class SeccompProfile {
  private static final List<Path> PLACES =
      List.of(
          Path.of("/etc/containers/seccomp.json"), Path.of("/usr/share/containers/seccomp.json"));

  /** Java's name of an architecture to Go's and to libseccomp's. */
  private static final Map<String, Architecture> ARCHITECTURES =
      Map.of(
          "amd64", new Architecture("amd64", "SCMP_ARCH_X86_64"),
          "aarch64", new Architecture("arm64", "SCMP_ARCH_AARCH64"),
          "arm", new Architecture("arm", "SCMP_ARCH_ARM"),
          "s390x", new Architecture("s390x", "SCMP_ARCH_S390X"),
          "ppc64le", new Architecture("ppc64le", "SCMP_ARCH_PPC64LE"),
          "riscv64", new Architecture("riscv64", "SCMP_ARCH_RISCV64"));

  private final JsonNode profile;
  private final Architecture architecture;
  private final KernelVersion kernel;

  /** One map for one set of capabilities, for ever: {@link SeccompFilters} goes by identity. */
  private final Map<Set<String>, Map<String, Object>> resolved = new ConcurrentHashMap<>();

  private record Architecture(String go, String seccomp) {}

  private record KernelVersion(int major, int minor) {
    static KernelVersion parse(String text) {
      String[] numbers = text.split("[^0-9]+", 3);
      return new KernelVersion(
          Integer.parseInt(numbers[0]), numbers.length > 1 ? Integer.parseInt(numbers[1]) : 0);
    }

    boolean isBefore(KernelVersion other) {
      return major != other.major ? major < other.major : minor < other.minor;
    }
  }

  /**
   * @param javaArchitecture as the property {@code os.arch} has it
   * @param kernelRelease {@code 6.1.0-18-amd64}
   */
  SeccompProfile(JsonNode profile, String javaArchitecture, String kernelRelease) {
    this.profile = profile;
    this.architecture =
        ARCHITECTURES.getOrDefault(
            javaArchitecture, new Architecture(javaArchitecture, "SCMP_ARCH_NATIVE"));
    this.kernel = KernelVersion.parse(kernelRelease);
  }

  /** A profile for this machine. */
  SeccompProfile(JsonNode profile) {
    this(profile, System.getProperty("os.arch"), System.getProperty("os.version"));
  }

  /**
   * Reads the machine's profile.
   *
   * @throws EngineFault if there is none: containers without it would be a silent loss
   */
  static SeccompProfile load() {
    Path place = place();
    try {
      return new SeccompProfile(JsonMapper.shared().readTree(place.toFile()));
    } catch (JacksonException e) {
      throw new EngineFault(
          "the seccomp profile %s is not readable JSON: %s".formatted(place, e.getMessage()), e);
    }
  }

  /** The file that is read: the first that is there. */
  static Path place() {
    return PLACES.stream()
        .filter(Files::isReadable)
        .findFirst()
        .orElseThrow(
            () ->
                new EngineFault(
                    "no seccomp profile at %s or %s; install the package golang-github-containers-common"
                        .formatted(PLACES.getFirst(), PLACES.getLast())));
  }

  /**
   * @param capabilities what the container's process may hold, without {@code CAP_}
   */
  Map<String, Object> resolve(Set<String> capabilities) {
    return resolved.computeIfAbsent(Set.copyOf(capabilities), this::compute);
  }

  private Map<String, Object> compute(Set<String> capabilities) {
    var result = new LinkedHashMap<String, Object>();
    result.put("defaultAction", profile.path("defaultAction").asString());
    if (profile.has("defaultErrnoRet")) {
      result.put("defaultErrnoRet", profile.path("defaultErrnoRet").asInt());
    }
    result.put("architectures", architectures());
    var syscalls = new ArrayList<JsonNode>();
    for (JsonNode rule : profile.path("syscalls")) {
      if (applies(rule, capabilities)) {
        syscalls.add(rule);
      }
    }
    result.put("syscalls", syscalls.stream().map(SeccompProfile::inOciForm).toList());
    return result;
  }

  private List<String> architectures() {
    var names = new ArrayList<String>();
    names.add(architecture.seccomp());
    for (JsonNode entry : profile.path("archMap")) {
      if (entry.path("architecture").asString().equals(architecture.seccomp())) {
        entry.path("subArchitectures").forEach(sub -> names.add(sub.asString()));
      }
    }
    return names;
  }

  /** All that it includes must hold; any one that it excludes forbids it. */
  private boolean applies(JsonNode rule, Set<String> capabilities) {
    var includes = rule.path("includes");
    var excludes = rule.path("excludes");
    boolean isIncluded =
        (isEmpty(includes.path("arches")) || hasArchitecture(includes))
            && hasEvery(includes.path("caps"), capabilities)
            && !(includes.hasNonNull("minKernel") && kernel.isBefore(minKernel(includes)));
    boolean isExcluded =
        hasArchitecture(excludes)
            || hasAny(excludes.path("caps"), capabilities)
            || (excludes.hasNonNull("minKernel") && !kernel.isBefore(minKernel(excludes)));
    return isIncluded && !isExcluded;
  }

  private static KernelVersion minKernel(JsonNode filter) {
    return KernelVersion.parse(filter.path("minKernel").asString());
  }

  private boolean hasArchitecture(JsonNode filter) {
    for (JsonNode name : filter.path("arches")) {
      if (name.asString().equals(architecture.go())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEmpty(JsonNode list) {
    return list.size() == 0;
  }

  private static boolean hasEvery(JsonNode names, Set<String> capabilities) {
    for (JsonNode name : names) {
      if (!capabilities.contains(bare(name))) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasAny(JsonNode names, Set<String> capabilities) {
    for (JsonNode name : names) {
      if (capabilities.contains(bare(name))) {
        return true;
      }
    }
    return false;
  }

  private static String bare(JsonNode name) {
    return name.asString().replaceFirst("^CAP_", "");
  }

  private static Map<String, Object> inOciForm(JsonNode rule) {
    var result = new LinkedHashMap<String, Object>();
    result.put("names", rule.has("names") ? rule.path("names") : List.of(rule.path("name")));
    result.put("action", rule.path("action").asString());
    if (rule.hasNonNull("errnoRet")) {
      result.put("errnoRet", rule.path("errnoRet").asInt());
    }
    if (!isEmpty(rule.path("args"))) {
      result.put("args", rule.path("args"));
    }
    return result;
  }
}
