package io.fairlead.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SeccompProfileTest {
  private static final String PROFILE =
      """
      {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "defaultErrno": "ENOSYS",
       "archMap": [
         {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]},
         {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}],
       "syscalls": [
         {"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [], "includes": {},
          "excludes": {}, "comment": "", "errno": "x"},
         {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
         {"names": ["old"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "4.8"}},
         {"names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW",
          "includes": {"arches": ["amd64", "x32"]}},
         {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
         {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1,
          "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
         {"names": ["clone"], "action": "SCMP_ACT_ALLOW",
          "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}],
          "includes": {}, "excludes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["s390x"]}}]}
      """;

  private static JsonNode profile() {
    return JsonMapper.shared().readTree(PROFILE);
  }

  private static List<String> rules(Map<String, Object> resolved) {
    var rules = new ArrayList<String>();
    for (JsonNode rule : JsonMapper.shared().<JsonNode>valueToTree(resolved).path("syscalls")) {
      rules.add(
          rule.path("names").path(0).asString()
              + "="
              + rule.path("action").asString().substring(9));
    }
    return rules;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          amd64   | 6.1.0-18-amd64 | CHOWN     | read ptrace arch_prctl !mount clone
          amd64   | 6.1.0          | SYS_ADMIN | read ptrace arch_prctl mount
          amd64   | 4.7.9          | CHOWN     | read old arch_prctl !mount clone
          amd64   | 4.8            | CHOWN     | read ptrace arch_prctl !mount clone
          aarch64 | 5.10.0         | CHOWN     | read ptrace !mount clone
          s390x   | 5.10.0         | CHOWN     | read ptrace !mount
          """)
  void rulesDependOnArchitectureKernelAndCapabilities(
      String architecture, String kernel, String capability, String expected) {
    var resolved = new SeccompProfile(profile(), architecture, kernel).resolve(Set.of(capability));
    var words = new ArrayList<String>();
    for (String rule : rules(resolved)) {
      words.add(rule.replaceFirst("(.*)=ERRNO", "!$1").replaceFirst("=ALLOW", ""));
    }
    assertThat(String.join(" ", words)).isEqualTo(expected);
  }

  @Test
  void formIsOcis() {
    var resolved = new SeccompProfile(profile(), "amd64", "6.1.0").resolve(Set.of("CHOWN"));
    assertThat(JsonMapper.shared().writeValueAsString(resolved))
        .startsWith(
            "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
                + "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],"
                + "\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}")
        .contains("{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1}")
        .contains("\"args\":[{\"index\":0,\"value\":2114060288,")
        .doesNotContain("includes", "comment", "\"errno\"");
  }
}
