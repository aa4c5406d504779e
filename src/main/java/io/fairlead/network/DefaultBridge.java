package io.fairlead.network;

import io.fairlead.Conflict;
import io.fairlead.InvalidRequest;
import io.fairlead.network.address.Addresses;
import io.fairlead.network.address.InterfaceAddress;
import io.fairlead.network.address.Subnet;
import io.fairlead.network.address.SubnetPools;
import io.fairlead.store.NetworkRow;
import io.fairlead.store.NetworkRow.SubnetRow;
import io.fairlead.store.Records;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The record of the default bridge: decided once, kept while its settings are the same, and decided
 * anew when they change and nobody is on it.
 */
final class DefaultBridge {
  static final String NAME = "bridge";
  private static final List<Path> DOCKERD =
      List.of(
          Path.of("/usr/bin/dockerd"),
          Path.of("/usr/sbin/dockerd"),
          Path.of("/usr/local/bin/dockerd"));

  private final NetworkConfig config;
  private final HostNetwork host;
  private final List<String> findings;

  DefaultBridge(NetworkConfig config, HostNetwork host, List<String> findings) {
    this.config = config;
    this.host = host;
    this.findings = findings;
  }

  /** Makes or renews the record. */
  NetworkRow record(Records records, String newId) {
    Optional<NetworkRow> before =
        records.networks().stream().filter(row -> row.name().equals(NAME)).findFirst();
    if (before.isPresent() && isAsConfigured(before.get())) {
      return before.get();
    }
    NetworkRow row = decide(before.map(NetworkRow::id).orElse(newId));
    before.ifPresent(
        old -> {
          if (!records.endpointsOfNetwork(old.id()).isEmpty()) {
            throw new Conflict(
                "the default bridge %s is in use with %s; remove its containers before you give it other settings"
                    .formatted(old.link(), old.subnets()));
          }
        });
    records.put(row);
    return row;
  }

  private boolean isAsConfigured(NetworkRow row) {
    boolean sameName = config.bridge().map(row.link()::equals).orElse(true);
    boolean sameBip =
        config
            .bip()
            .map(InterfaceAddress::parse)
            .map(bip -> row.subnets().contains(subnetRow(bip)))
            .orElse(true);
    boolean sameMtu = row.mtuBytes() == mtu();
    Optional<String> v6 =
        row.subnets().stream()
            .map(SubnetRow::subnet)
            .filter(text -> Subnet.parse(text).isV6())
            .findFirst();
    boolean sameV6 =
        v6.isPresent() == wantsIpv6()
            && config
                .fixedCidrV6()
                .map(text -> v6.equals(Optional.of(Subnet.parse(text).toString())))
                .orElse(true);
    return sameName && sameBip && sameMtu && sameV6;
  }

  private NetworkRow decide(String id) {
    var subnets = new ArrayList<SubnetRow>();
    boolean besideOthers =
        host.linkNames().contains("docker0") || DOCKERD.stream().anyMatch(Files::exists);
    String link = config.bridge().orElseGet(() -> freeName(besideOthers));
    if (config.bridge().isPresent() && host.linkNames().contains(link)) {
      throw new Conflict(
          "--bridge %s: there is a link of that name which is not this engine's; choose another"
              .formatted(link));
    }
    subnets.add(config.bip().map(this::checkedBip).orElseGet(() -> freeSubnet(besideOthers)));
    if (wantsIpv6()) {
      subnets.add(
          config
              .fixedCidrV6()
              .map(this::checkedV6)
              .orElseGet(
                  () ->
                      firstHost(
                          SubnetPools.freeV6(
                              config.engineId(), host.prefixes(), new SecureRandom()))));
    }
    findings.add(
        "default bridge %s, %s, MTU %d"
            .formatted(link, subnets.stream().map(SubnetRow::subnet).toList(), mtu()));
    return new NetworkRow(id, NAME, "bridge", link, mtu(), subnets, "{}", Instant.now());
  }

  private String freeName(boolean besideOthers) {
    if (!besideOthers) {
      return "docker0";
    }
    int n = 0;
    while (host.linkNames().contains("fairlead" + n)) {
      n++;
    }
    findings.add(
        "a dockerd or a foreign docker0 is here: the default bridge is called fairlead" + n);
    return "fairlead" + n;
  }

  private SubnetRow freeSubnet(boolean besideOthers) {
    var taken = new ArrayList<>(host.prefixes());
    Subnet dockers = Subnet.parse("172.17.0.0/16");
    if (besideOthers) {
      taken.add(dockers);
    }
    Subnet free = SubnetPools.freeV4(taken);
    if (!free.equals(dockers)) {
      findings.add("172.17.0.0/16 is in use: the default bridge has " + free);
    }
    return firstHost(free);
  }

  private SubnetRow checkedBip(String text) {
    InterfaceAddress bip = InterfaceAddress.parse(text);
    var row = subnetRow(bip);
    refuseOverlap("--bip " + text, Subnet.parse(row.subnet()));
    return row;
  }

  private SubnetRow checkedV6(String text) {
    Subnet subnet = Subnet.parse(text);
    if (!subnet.isV6()) {
      throw new InvalidRequest("--fixed-cidr-v6 %s is not a v6 subnet".formatted(text));
    }
    refuseOverlap("--fixed-cidr-v6 " + text, subnet);
    return firstHost(subnet);
  }

  private void refuseOverlap(String option, Subnet subnet) {
    host.prefixes().stream()
        .filter(subnet::overlaps)
        .findFirst()
        .ifPresent(
            other -> {
              throw new Conflict(
                  "%s overlaps with %s, which this host has already; choose another"
                      .formatted(option, other));
            });
  }

  private boolean wantsIpv6() {
    return config.ipv6() || config.fixedCidrV6().isPresent();
  }

  private int mtu() {
    return config.mtuBytes().orElse(host.mtuBytes());
  }

  private static SubnetRow subnetRow(InterfaceAddress gateway) {
    return new SubnetRow(
        new Subnet(gateway.address(), gateway.prefixLength()).toString(),
        Addresses.text(gateway.address()));
  }

  private static SubnetRow firstHost(Subnet subnet) {
    return new SubnetRow(subnet.toString(), Addresses.text(subnet.firstHost()));
  }
}
