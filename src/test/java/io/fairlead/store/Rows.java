package io.fairlead.store;

import java.time.Instant;
import java.util.List;

/** Records for tests: valid, short, told apart by one word. */
public final class Rows {
  public static final Instant TIME = Instant.parse("2026-01-02T03:04:05.000000006Z");

  private Rows() {}

  public static ContainerRow container(String id, String name) {
    return new ContainerRow(
        id,
        name,
        "sha256:0",
        "{}",
        ContainerState.CREATED,
        null,
        0,
        0,
        0,
        false,
        "",
        TIME,
        null,
        null);
  }

  public static ContainerRow running(ContainerRow row, String sandboxId) {
    return new ContainerRow(
        row.id(),
        row.name(),
        row.imageId(),
        row.spec(),
        ContainerState.RUNNING,
        sandboxId,
        11,
        12,
        137,
        true,
        "cause",
        row.createdAt(),
        TIME.plusNanos(1),
        TIME.plusSeconds(1));
  }

  public static NetworkRow network(String id, String subnet, String gateway) {
    return new NetworkRow(
        id,
        "name-" + id,
        "bridge",
        "br-" + id,
        1500,
        List.of(new NetworkRow.SubnetRow(subnet, gateway)),
        "{}",
        TIME);
  }

  /** An endpoint named by the sandbox it is in, on a network. */
  public static EndpointRow endpoint(String sandboxId, String networkId, String... leases) {
    return new EndpointRow(
        "endpoint-" + sandboxId,
        sandboxId,
        networkId,
        "eth0",
        "veth-" + sandboxId,
        "02:00:00:00:00:01",
        List.of(leases),
        true,
        false);
  }
}
