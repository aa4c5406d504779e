package io.fairlead.store;

import io.fairlead.Conflict;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Sandboxes, their endpoints, and the leases that these hold. */
final class EndpointTable {
  private static final String SELECT =
      """
      SELECT *, (SELECT group_concat(address, ' ' ORDER BY is_v6) FROM leases WHERE endpoint_id = endpoints.id) AS leases
      FROM endpoints
      """;
  private static final String OF_SANDBOX = SELECT + "WHERE sandbox_id = ? ORDER BY interface_name";
  private static final String OF_NETWORK = SELECT + "WHERE network_id = ? ORDER BY id";
  private static final String OF_LEASE =
      SELECT
          + "WHERE id = (SELECT endpoint_id FROM leases WHERE network_id = ? AND is_v6 = ? AND bytes = ?)";
  private static final String PUT =
      """
      INSERT INTO endpoints (id, sandbox_id, network_id, interface_name, host_link, mac, is_gateway4, is_gateway6)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET sandbox_id = excluded.sandbox_id, network_id = excluded.network_id,
        interface_name = excluded.interface_name, host_link = excluded.host_link, mac = excluded.mac,
        is_gateway4 = excluded.is_gateway4, is_gateway6 = excluded.is_gateway6
      """;
  private static final String COUNT_ROWS =
      "SELECT count(*) AS n FROM leases WHERE network_id = ?1 AND is_v6 = ?2 AND bytes BETWEEN ?3 AND ?4";
  private static final String COUNT_BLOCKS =
      """
      SELECT (SELECT count(*) FROM leases WHERE network_id = ?1 AND is_v6 = ?2 AND bytes BETWEEN ?3 AND ?4)
        + (SELECT coalesce(sum(used), 0) FROM lease_blocks
            WHERE network_id = ?1 AND is_v6 = ?2 AND block > ?5 AND block < ?6)
        + (SELECT count(*) FROM leases WHERE network_id = ?1 AND is_v6 = ?2 AND bytes BETWEEN ?7 AND ?8) AS n
      """;

  private final Session session;

  EndpointTable(Session session) {
    this.session = session;
  }

  List<SandboxRow> sandboxes() {
    return session.list("SELECT * FROM sandboxes ORDER BY id", EndpointTable::sandbox);
  }

  Optional<SandboxRow> sandbox(String id) {
    return session.first("SELECT * FROM sandboxes WHERE id = ?", EndpointTable::sandbox, id);
  }

  Optional<SandboxRow> sandboxOwnedBy(String containerId) {
    return session.first(
        "SELECT * FROM sandboxes WHERE owner_id = ?", EndpointTable::sandbox, containerId);
  }

  void put(SandboxRow row) {
    try {
      session.run(
          "INSERT INTO sandboxes (id, owner_id) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner_id = excluded.owner_id",
          row.id(),
          row.ownerId());
    } catch (ConstraintViolation e) {
      throw new Conflict("container %s owns a sandbox already".formatted(row.ownerId()), e);
    }
  }

  void removeSandbox(String id) {
    session.run("DELETE FROM sandboxes WHERE id = ?", id);
  }

  List<EndpointRow> ofSandbox(String sandboxId) {
    return session.list(OF_SANDBOX, EndpointTable::endpoint, sandboxId);
  }

  List<EndpointRow> ofNetwork(String networkId) {
    return session.list(OF_NETWORK, EndpointTable::endpoint, networkId);
  }

  void put(EndpointRow row) {
    try {
      session.run(
          PUT,
          row.id(),
          row.sandboxId(),
          row.networkId(),
          row.interfaceName(),
          row.hostLink(),
          row.mac(),
          row.isGateway4(),
          row.isGateway6());
    } catch (ConstraintViolation e) {
      throw new Conflict(
          "endpoint %s cannot be recorded: its link %s is another's, or sandbox %s or network %s is gone"
              .formatted(row.id(), row.hostLink(), row.sandboxId(), row.networkId()),
          e);
    }
    session.run("DELETE FROM leases WHERE endpoint_id = ?", row.id());
    for (String address : row.leases()) {
      lease(row, address);
    }
  }

  private void lease(EndpointRow endpoint, String text) {
    InetAddress address = InetAddress.ofLiteral(text);
    try {
      session.run(
          "INSERT INTO leases (network_id, is_v6, bytes, address, endpoint_id) VALUES (?, ?, ?, ?, ?)",
          endpoint.networkId(),
          isV6(address),
          address.getAddress(),
          text,
          endpoint.id());
    } catch (ConstraintViolation e) {
      throw new Conflict(
          "Address already in use: %s on network %s is held by endpoint %s"
              .formatted(
                  text,
                  endpoint.networkId(),
                  holder(endpoint.networkId(), text).map(EndpointRow::id).orElse(endpoint.id())),
          e);
    }
  }

  Optional<EndpointRow> holder(String networkId, String text) {
    InetAddress address = InetAddress.ofLiteral(text);
    return session.first(
        OF_LEASE, EndpointTable::endpoint, networkId, isV6(address), address.getAddress());
  }

  /** Whole blocks by their counters; only what sticks out at both ends by rows. */
  long countLeases(String networkId, String first, String last) {
    InetAddress from = InetAddress.ofLiteral(first);
    byte[] low = from.getAddress();
    byte[] high = InetAddress.ofLiteral(last).getAddress();
    byte[] lowBlock = Arrays.copyOf(low, low.length - 1);
    byte[] highBlock = Arrays.copyOf(high, high.length - 1);
    if (Arrays.equals(lowBlock, highBlock)) {
      return count(COUNT_ROWS, networkId, isV6(from), low, high);
    }
    return count(
        COUNT_BLOCKS,
        networkId,
        isV6(from),
        low,
        address(lowBlock, 0xff),
        lowBlock,
        highBlock,
        address(highBlock, 0),
        high);
  }

  private long count(String sql, Object... parameters) {
    return session.first(sql, row -> row.size("n"), parameters).orElseThrow();
  }

  private static byte[] address(byte[] block, int lastByte) {
    byte[] address = Arrays.copyOf(block, block.length + 1);
    address[block.length] = (byte) lastByte;
    return address;
  }

  Optional<String> lastLease(String networkId, boolean v6) {
    return session.first(
        "SELECT address FROM last_leases WHERE network_id = ? AND is_v6 = ?",
        row -> row.text("address"),
        networkId,
        v6);
  }

  void setLastLease(String networkId, boolean v6, String address) {
    session.run(
        "INSERT INTO last_leases (network_id, is_v6, address) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET address = excluded.address",
        networkId,
        v6,
        address);
  }

  private static boolean isV6(InetAddress address) {
    return address instanceof Inet6Address;
  }

  private static SandboxRow sandbox(Row row) throws SQLException {
    return new SandboxRow(row.text("id"), row.textOrNull("owner_id"));
  }

  private static EndpointRow endpoint(Row row) throws SQLException {
    return new EndpointRow(
        row.text("id"),
        row.text("sandbox_id"),
        row.text("network_id"),
        row.text("interface_name"),
        row.text("host_link"),
        row.text("mac"),
        row.words("leases"),
        row.flag("is_gateway4"),
        row.flag("is_gateway6"));
  }
}
