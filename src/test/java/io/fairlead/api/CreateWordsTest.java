package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values of a create's options that make no sense: refused with 400, in Docker's words. */
@Tag("client")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CreateWordsTest {
  private Path socket;
  private TestHost host;
  private TestEngine engine;
  private ApiServer server;

  @BeforeAll
  void open(@TempDir Path folder) {
    socket = folder.resolve("api.sock");
    host = TestHost.create("host");
    engine = TestEngine.open(host);
    engine.wanted("true").autoRemove().run();
    server =
        ApiServer.open(engine.engine(), List.of(URI.create("unix://" + socket)), Optional.empty());
  }

  @AfterAll
  void close() {
    server.close();
    engine.close();
    host.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'Memory':1048576 | Minimum memory limit allowed is 6MB
          'Memory':67108864,'MemorySwap':33554432 | Minimum memoryswap limit should be larger than memory limit, see usage
          'MemorySwap':33554432 | You should always set the Memory limit when using Memoryswap limit, see usage
          'MemorySwappiness':101 | Invalid value: 101, valid memory swappiness range is 0-100
          'MemoryReservation':1 | Minimum memory reservation allowed is 6MB
          'Memory':33554432,'MemoryReservation':67108864 | Minimum memory limit can not be less than memory reservation limit, see usage
          'NanoCpus':1,'CpuPeriod':1000 | Conflicting options: Nano CPUs and CPU Period cannot both be set
          'NanoCpus':1,'CpuQuota':1000 | Conflicting options: Nano CPUs and CPU Quota cannot both be set
          'NanoCpus':99000000000000 | CPUs available
          'NanoCpus':-1 | Range of CPUs is from 0.01 to
          'CpuPeriod':1 | CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)
          'CpuQuota':1 | CPU cfs quota can not be less than 1ms (i.e. 1000)
          'CpuShares':-1 | invalid CPU shares (-1): value must be a positive integer
          'CpusetCpus':'x' | Invalid value x for cpuset cpus
          'CpusetCpus':'0-999999' | Invalid value 0-999999 for cpuset cpus
          'CpusetCpus':'4095' | Requested CPUs are not available - requested 4095, available:
          'CpusetMems':'63' | Requested memory nodes are not available - requested 63, available:
          'OomScoreAdj':1001 | Invalid value 1001, range for oom score adj is [-1000, 1000]
          'Ulimits':[{'Name':'nope','Soft':1,'Hard':1}] | invalid ulimit type: nope
          'Ulimits':[{'Name':'nofile','Soft':3,'Hard':1}] | ulimit soft limit must be less than or equal to hard limit: 3 > 1
          'ShmSize':-1 | SHM size can not be less than 0
          'IpcMode':'x' | invalid IPC mode: x
          'IpcMode':'container:' | invalid IPC mode: container:
          'PidMode':'x' | invalid PID mode: x
          'UTSMode':'x' | invalid UTS mode: x
          'CgroupnsMode':'x' | invalid cgroup namespace mode: x
          'SecurityOpt':['x'] | invalid --security-opt 1: "x"
          'SecurityOpt':['x=y'] | invalid --security-opt 2: "x=y"
          'SecurityOpt':['no-new-privileges=x'] | invalid --security-opt 2: "no-new-privileges=x"
          'SecurityOpt':['seccomp={'] | Decoding seccomp profile failed:
          'SecurityOpt':['seccomp=[]'] | Decoding seccomp profile failed:
          'SecurityOpt':['apparmor=x'] | AppArmor is not used by this engine
          'SecurityOpt':['label=type:x'] | SELinux is not used by this engine
          'Tmpfs':{'run':''} | invalid mount path: 'run' mount path must be absolute
          'Tmpfs':{'/':''} | destination can't be '/'
          'Tmpfs':{'/x':'soft'} | invalid tmpfs option ["soft"]
          'Tmpfs':{'/x':''},'Binds':['/tmp:/x'] | Duplicate mount point: /x
          'Sysctls':{'kernel.panic':'1'} | sysctl "kernel.panic" is not in a separate kernel namespace
          'Sysctls':{'net.core.somaxconn':'1'},'NetworkMode':'host' | sysctl "net.core.somaxconn" not allowed in host network namespace
          'Sysctls':{'kernel.sem':'1'},'IpcMode':'host' | sysctl "kernel.sem" is not allowed in the hosts ipc namespace
          'Sysctls':{'../x.y':'1'} | invalid sysctl name "../x.y"
          'Devices':[{'PathOnHost':'x'}] | invalid device path on the host: 'x'
          'Devices':[{'PathOnHost':'/dev/fuse','CgroupPermissions':'q'}] | bad device mode: q
          'DeviceCgroupRules':['x'] | invalid device cgroup rule format: 'x'
          """)
  void aValueIsRefused(String hostConfig, String words) throws IOException {
    int before = engine.containers().list().size();

    String answer = create(hostConfig);

    assertThat(answer).startsWith("HTTP/1.1 400 ");
    assertThat(answer.replace("\\\"", "\"")).contains(words);
    assertThat(engine.containers().list()).hasSize(before);
  }

  private String create(String hostConfig) throws IOException {
    String body =
        "{\"Image\":\"busybox\",\"HostConfig\":{%s}}".formatted(hostConfig.replace('\'', '"'));
    return RawClient.ask(
        socket,
        "POST /containers/create HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(body.getBytes(StandardCharsets.UTF_8).length, body));
  }
}
