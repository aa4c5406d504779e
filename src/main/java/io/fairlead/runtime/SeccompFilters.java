package io.fairlead.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seccomp programs that crun has compiled before. Compiling the usual profile takes it 20 ms of
 * processor time, more than all the rest of a container's making. It leaves the program in its
 * state directory, and takes one ready-made by an annotation (crun(1), {@code
 * run.oci.seccomp_bpf_data}). The rules stay in the configuration beside it, for a crun that does
 * not know the annotation.
 */
final class SeccompFilters {
  private static final Logger LOG = LoggerFactory.getLogger(SeccompFilters.class);
  private static final String ANNOTATION = "run.oci.seccomp_bpf_data";
  private static final String COMPILED = "seccomp.bpf";

  /** Sets of capabilities that are asked for are few; who asks for more pays for them. */
  private static final int KEPT_MAX = 64;

  private final boolean isSupported;

  /** By the identity of the rules: they are long, and one object each. */
  private final Map<Map<String, Object>, String> programs =
      Collections.synchronizedMap(new IdentityHashMap<>());

  /**
   * @param isSupported whether the runtime takes and leaves such programs
   */
  SeccompFilters(boolean isSupported) {
    this.isSupported = isSupported;
  }

  Map<String, Object> annotations(Map<String, Object> rules) {
    String program = programs.get(rules);
    return program == null ? Map.of() : Map.of(ANNOTATION, program);
  }

  /**
   * @param state the runtime's directory of a container that was just made with these rules
   */
  void learn(Map<String, Object> rules, Path state) {
    if (!isSupported
        || rules.isEmpty()
        || programs.containsKey(rules)
        || programs.size() >= KEPT_MAX) {
      return;
    }
    try {
      byte[] program = Files.readAllBytes(state.resolve(COMPILED));
      if (program.length > 0) {
        programs.put(rules, Base64.getEncoder().encodeToString(program));
      }
    } catch (NoSuchFileException e) {
      LOG.debug("crun left no {} in {}", COMPILED, state);
    } catch (IOException e) {
      LOG.warn("cannot read {} in {}; crun compiles it each time", COMPILED, state, e);
    }
  }
}
