package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Failure;
import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import io.fairlead.engine.ContainerSpec;
import io.fairlead.network.port.PortBinding;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a create may ask for, and what it may not yet. */
class CreateRequestTest {
  /** What the docker command 28.2 sends for {@code docker run -p 8080:80 busybox true}. */
  private static final String FROM_DOCKER =
      """
      {"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":true,
       "AttachStderr":true,"ExposedPorts":{"80/tcp":{}},"Tty":false,"OpenStdin":false,
       "StdinOnce":false,"Env":null,"Cmd":["true"],"Image":"busybox","Volumes":{},"WorkingDir":"",
       "Entrypoint":null,"OnBuild":null,"Labels":{},
       "HostConfig":{"Binds":null,"ContainerIDFile":"","LogConfig":{"Type":"","Config":{}},
        "NetworkMode":"bridge","PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]},
        "RestartPolicy":{"Name":"no","MaximumRetryCount":0},"AutoRemove":false,"VolumeDriver":"",
        "VolumesFrom":null,"ConsoleSize":[24,80],"CapAdd":null,"CapDrop":null,"CgroupnsMode":"",
        "Dns":[],"DnsOptions":[],"DnsSearch":[],"ExtraHosts":null,"GroupAdd":null,"IpcMode":"",
        "Cgroup":"","Links":null,"OomScoreAdj":0,"PidMode":"","Privileged":false,
        "PublishAllPorts":false,"ReadonlyRootfs":false,"SecurityOpt":null,"UTSMode":"",
        "UsernsMode":"","ShmSize":0,"Isolation":"","CpuShares":0,"Memory":0,"NanoCpus":0,
        "CgroupParent":"","BlkioWeight":0,"BlkioWeightDevice":[],"BlkioDeviceReadBps":[],
        "BlkioDeviceWriteBps":[],"BlkioDeviceReadIOps":[],"BlkioDeviceWriteIOps":[],"CpuPeriod":0,
        "CpuQuota":0,"CpuRealtimePeriod":0,"CpuRealtimeRuntime":0,"CpusetCpus":"","CpusetMems":"",
        "Devices":[],"DeviceCgroupRules":null,"DeviceRequests":null,"MemoryReservation":0,
        "MemorySwap":0,"MemorySwappiness":-1,"OomKillDisable":false,"PidsLimit":0,"Ulimits":[],
        "CpuCount":0,"CpuPercent":0,"IOMaximumIOps":0,"IOMaximumBandwidth":0,"MaskedPaths":null,
        "ReadonlyPaths":null},
       "NetworkingConfig":{"EndpointsConfig":{"bridge":{"IPAMConfig":null,"Links":null,
        "Aliases":null,"MacAddress":"","DriverOpts":null,"GwPriority":0,"NetworkID":"",
        "EndpointID":"","Gateway":"","IPAddress":"","IPPrefixLen":0,"IPv6Gateway":"",
        "GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,"DNSNames":null}}},
       "SomethingOfTomorrow":{"a":1}}
      """;

  private static ContainerSpec parse(String json) {
    return CreateRequest.parse(Json.object(json.getBytes(StandardCharsets.UTF_8)));
  }

  /** A create of busybox with one more option, at a path with points. */
  private static ContainerSpec parse(String path, String value) {
    String json = value;
    String[] names = path.split("\\.", -1);
    for (int i = names.length - 1; i > 0; i--) {
      json = "{\"%s\":%s}".formatted(names[i], json);
    }
    return parse("{\"Image\":\"busybox\",\"%s\":%s}".formatted(names[0], json));
  }

  @Test
  void theDefaultsOfTheDockerCommandAskForNothing() {
    ContainerSpec spec = parse(FROM_DOCKER);
    assertThat(spec.image()).isEqualTo("busybox");
    assertThat(spec.command()).contains(List.of("true"));
    assertThat(spec.entrypoint()).isEmpty();
    assertThat(spec.networkMode()).isEqualTo("bridge");
    assertThat(spec.exposedPorts()).containsExactly("80/tcp");
    assertThat(spec.portBindings())
        .isEqualTo(Map.of("80/tcp", List.of(new PortBinding("", "8080"))));
    assertThat(spec.binds()).isEmpty();
    assertThat(spec.stopTimeoutSeconds()).isEmpty();
  }

  @Test
  void anImageIsEnough() {
    ContainerSpec spec = parse("{\"Image\":\"busybox\"}");
    assertThat(spec.networkMode()).isEqualTo("bridge");
    assertThat(spec.environment()).isEmpty();
    assertThatThrownBy(() -> parse("{}")).isInstanceOf(InvalidRequest.class);
  }

  @Test
  void whatIsAskedForArrives() {
    ContainerSpec spec =
        parse(
            """
            {"Image":"x","Entrypoint":"sh","Cmd":["-c","true"],"Env":["A=1","B"],"User":"7",
             "Hostname":"h","WorkingDir":"/w","Labels":{"l":""},"OpenStdin":true,"StdinOnce":true,
             "AttachStdin":true,"StopSignal":"SIGINT","StopTimeout":3,"ExposedPorts":{"53/UDP":{}},
             "HostConfig":{"CapAdd":["net_admin","CAP_SYS_TIME"],"CapDrop":["all"],
              "Privileged":true,"AutoRemove":true,"PublishAllPorts":true,
              "PortBindings":{"81":[],"82/tcp":null,"83/tcp":[{"HostIp":"::1"},{"HostPort":"1-2"}]},
              "Binds":["/a/../b:/c:ro,z","/d:/e"]}}
            """);
    assertThat(spec.entrypoint()).contains(List.of("sh"));
    assertThat(spec.environment()).containsExactly("A=1", "B");
    assertThat(spec.labels()).isEqualTo(Map.of("l", ""));
    assertThat(spec.exposedPorts()).containsExactly("53/udp");
    assertThat(spec.addedCapabilities()).isEqualTo(Set.of("net_admin", "CAP_SYS_TIME"));
    assertThat(spec.droppedCapabilities()).isEqualTo(Set.of("all"));
    assertThat(spec.stopTimeoutSeconds()).isEqualTo(Optional.of(3));
    assertThat(spec.binds()).containsExactly("/b:/c:ro", "/d:/e");
    assertThat(spec.portBindings())
        .isEqualTo(
            Map.of(
                "81/tcp", List.of(new PortBinding("", "")),
                "82/tcp", List.of(new PortBinding("", "")),
                "83/tcp", List.of(new PortBinding("::1", ""), new PortBinding("", "1-2"))));
  }

  static Stream<Arguments> unbuilt() {
    return Stream.of(
            "Domainname:'example.org'",
            "Volumes:{'/data':{}}",
            "Healthcheck:{'Test':['CMD','true']}",
            "MacAddress:'02:00:00:00:00:01'",
            "NetworkDisabled:true",
            "HostConfig.KernelMemory:1",
            "HostConfig.KernelMemoryTCP:1",
            "HostConfig.CpuRealtimePeriod:1",
            "HostConfig.CpuRealtimeRuntime:1",
            "HostConfig.CpuCount:1",
            "HostConfig.CpuPercent:1",
            "HostConfig.BlkioWeight:10",
            "HostConfig.BlkioWeightDevice:[{}]",
            "HostConfig.BlkioDeviceReadBps:[{}]",
            "HostConfig.BlkioDeviceWriteBps:[{}]",
            "HostConfig.BlkioDeviceReadIOps:[{}]",
            "HostConfig.BlkioDeviceWriteIOps:[{}]",
            "HostConfig.IOMaximumIOps:1",
            "HostConfig.IOMaximumBandwidth:1",
            "HostConfig.LogConfig:{'Type':'syslog'}",
            "HostConfig.Mounts:[{'Type':'bind'}]",
            "HostConfig.VolumesFrom:['x']",
            "HostConfig.VolumeDriver:'nfs'",
            "HostConfig.StorageOpt:{'size':'1G'}",
            "HostConfig.DeviceRequests:[{}]",
            "HostConfig.Dns:['1.1.1.1']",
            "HostConfig.DnsOptions:['x']",
            "HostConfig.DnsSearch:['x']",
            "HostConfig.ExtraHosts:['a:1.1.1.1']",
            "HostConfig.Links:['a:b']",
            "HostConfig.UsernsMode:'private'",
            "HostConfig.Cgroup:'x'",
            "HostConfig.Isolation:'hyperv'",
            "HostConfig.Runtime:'kata'",
            "HostConfig.Annotations:{'a':'b'}")
        .map(each -> each.split(":", 2))
        .map(each -> Arguments.of(each[0], each[1].replace('\'', '"')));
  }

  @ParameterizedTest
  @MethodSource("unbuilt")
  void anOptionThatIsNotBuiltIsRefusedByName(String path, String value) {
    assertThatThrownBy(() -> parse(path, value))
        .isInstanceOf(NotBuilt.class)
        .hasMessageContaining("the option " + path + " (");
  }

  @Test
  void everyOptionOfTheTableIsTried() {
    assertThat(unbuilt().map(each -> (String) each.get()[0]))
        .containsExactlyInAnyOrderElementsOf(
            UnbuiltOptions.all().stream().map(UnbuiltOptions.Option::path).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "HostConfig.Binds | ['data:/x'] | named volumes",
        "HostConfig.Binds | ['/a:/b:shared'] | the mount option shared",
        "NetworkingConfig.EndpointsConfig | {'other':{}} | the network other",
        "NetworkingConfig.EndpointsConfig | {'bridge':{'MacAddress':'02::1'}} | MacAddress",
        "HostConfig.Binds | ['/a'] | invalid volume specification: '/a'",
        "HostConfig.Binds | ['/a:b'] | invalid volume specification: '/a:b'",
        "HostConfig.Binds | ['/a:/'] | invalid volume specification: '/a:/'",
        "HostConfig.Binds | ['/a:/b:fast'] | invalid mode: fast",
        "HostConfig.Binds | '/a:/b' | invalid HostConfig.Binds: expected a list of strings",
        "HostConfig | 7 | invalid HostConfig: expected an object, got a number",
        "HostConfig.Privileged | 'yes' | invalid HostConfig.Privileged: expected true or false",
        "HostConfig.PortBindings | {'80/tcp':[7]} | expected a list of objects",
        "HostConfig.PortBindings | {'80/tcp':[{'HostPort':80}]} | HostPort: expected a string",
        "Labels | ['x'] | invalid Labels: expected an object",
        "StopTimeout | 'x' | invalid StopTimeout: expected a number",
        "NetworkingConfig.EndpointsConfig | {'bridge':{'Aliases':['a']}} | network-scoped aliases",
        "NetworkingConfig.EndpointsConfig | {'bridge':{'IPAMConfig':{'IPv4Address':'1.2.3.4'}}}"
            + " | user specified IP address is supported on user defined networks only",
      })
  void badRequestsAreRefusedWithTheReason(String path, String value, String message) {
    assertThatThrownBy(() -> parse(path, value.replace('\'', '"')))
        .isInstanceOf(Failure.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          container:y | 'Hostname':'h'                                | hostname and the network mode
          container:y | 'HostConfig':{'Links':['x']}                  | container type network can't be used with links. This would result in undefined behavior
          container:y | 'HostConfig':{'Dns':['1.1.1.1']}              | dns and the network mode
          container:y | 'HostConfig':{'ExtraHosts':['a:1.1.1.1']}     | custom host-to-IP mapping and the network mode
          container:y | 'MacAddress':'02:00:00:00:00:01'              | mac-address and the network mode
          container:y | 'NetworkingConfig':{'EndpointsConfig':{'container:y':{'MacAddress':'02:00:00:00:00:01'}}} | mac-address and the network mode
          container:y | 'HostConfig':{'PortBindings':{'80/tcp':[]}}   | port publishing and the container type network mode
          container:y | 'HostConfig':{'PublishAllPorts':true}         | port publishing and the container type network mode
          container:y | 'ExposedPorts':{'80/tcp':{}}                  | port exposing and the container type network mode
          host        | 'HostConfig':{'Links':['x']}                  | host type networking can't be used with links. This would result in undefined behavior
          host        | 'MacAddress':'02:00:00:00:00:01'              | mac-address and the network mode
          host        | 'NetworkingConfig':{'EndpointsConfig':{'host':{'MacAddress':'02:00:00:00:00:01'}}} | mac-address and the network mode
          """)
  void aSharedNetworkIsNotAskedForWhatItCannotHave(String mode, String options, String words) {
    String host = "'HostConfig':{";
    String named = "'NetworkMode':'%s'".formatted(mode);
    String json =
        options.startsWith(host)
            ? "{'Image':'x'," + options.replace(host, host + named + ",") + "}"
            : "{'Image':'x'," + options + "," + host + named + "}}";
    assertThatThrownBy(() -> parse(json.replace('\'', '"')))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("conflicting options: " + words);
  }

  /** Each of the three networks that are always there excludes every other. */
  @ParameterizedTest
  @CsvSource({"bridge, host", "bridge, none", "host, none", "none, bridge", "host, bridge"})
  void aModeGoesWithNoOtherNetwork(String mode, String other) {
    String json =
        "{'Image':'x','HostConfig':{'NetworkMode':'%s'},'NetworkingConfig':{'EndpointsConfig':{'%s':{},'%s':{}}}}"
            .formatted(mode, mode, other);
    assertThatThrownBy(() -> parse(json.replace('\'', '"')))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(
            "Container cannot be connected to network endpoints: %s, %s".formatted(mode, other));
  }
}
