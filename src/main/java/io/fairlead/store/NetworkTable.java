package io.fairlead.store;

import io.fairlead.Conflict;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Networks with their subnets. */
final class NetworkTable {
  private static final String SELECT =
      """
      SELECT *, (SELECT group_concat(subnet || ',' || gateway, ' ' ORDER BY place) FROM subnets
        WHERE network_id = networks.id) AS subnets
      FROM networks
      """;
  private static final String BY_ID = SELECT + "WHERE id = ?";
  private static final String BY_NAME = SELECT + "WHERE name = ?";
  private static final String ALL = SELECT + "ORDER BY created_at, id";
  private static final String PUT =
      """
      INSERT INTO networks (id, name, driver, link, mtu_bytes, options, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, driver = excluded.driver, link = excluded.link,
        mtu_bytes = excluded.mtu_bytes, options = excluded.options, created_at = excluded.created_at
      """;

  private final Session session;

  NetworkTable(Session session) {
    this.session = session;
  }

  List<NetworkRow> all() {
    return session.list(ALL, NetworkTable::row);
  }

  Optional<NetworkRow> byId(String id) {
    return session.first(BY_ID, NetworkTable::row, id);
  }

  Optional<NetworkRow> byName(String name) {
    return session.first(BY_NAME, NetworkTable::row, name);
  }

  void put(NetworkRow row) {
    try {
      session.run(
          PUT,
          row.id(),
          row.name(),
          row.driver(),
          row.link(),
          row.mtuBytes(),
          row.options(),
          Row.time(row.createdAt()));
    } catch (ConstraintViolation e) {
      throw new Conflict("network with name %s already exists".formatted(row.name()), e);
    }
    session.run("DELETE FROM subnets WHERE network_id = ?", row.id());
    for (int place = 0; place < row.subnets().size(); place++) {
      var subnet = row.subnets().get(place);
      session.run(
          "INSERT INTO subnets (network_id, place, subnet, gateway) VALUES (?, ?, ?, ?)",
          row.id(),
          place,
          subnet.subnet(),
          subnet.gateway());
    }
  }

  void remove(String id) {
    try {
      session.run("DELETE FROM networks WHERE id = ?", id);
    } catch (ConstraintViolation e) {
      throw new Conflict(
          "error while removing network: network %s has active endpoints"
              .formatted(byId(id).map(NetworkRow::name).orElse(id)),
          e);
    }
  }

  private static NetworkRow row(Row row) throws SQLException {
    return new NetworkRow(
        row.text("id"),
        row.text("name"),
        row.text("driver"),
        row.text("link"),
        row.number("mtu_bytes"),
        row.words("subnets").stream().map(NetworkTable::subnet).toList(),
        row.text("options"),
        row.time("created_at"));
  }

  private static NetworkRow.SubnetRow subnet(String word) {
    var parts = Arrays.asList(word.split(",", -1));
    return new NetworkRow.SubnetRow(parts.get(0), parts.get(1));
  }
}
