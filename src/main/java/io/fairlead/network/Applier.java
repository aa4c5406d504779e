package io.fairlead.network;

import io.fairlead.linux.Fd;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.network.address.InterfaceAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Turns changes into calls of the kernel: the only place that writes to its network. On the network
 * writer's thread. It does not judge, plan or undo.
 */
final class Applier implements AutoCloseable {
  private final Marks marks;
  private final Fd host;
  private final NetlinkSocket links;
  private final ApplierFirewall firewall;
  private final ApplierVeths veths;
  private final ApplierNamespaces namespaces;
  private final QueuedPorts ports;
  private final Sweeper sweeper;
  private final Announcer announcer;
  private final Consumer<String> steps;

  /**
   * @param steps told before and after every change, by name; for tests that end the process there
   */
  Applier(
      Marks marks,
      Fd host,
      NetlinkSocket links,
      ApplierFirewall firewall,
      QueuedPorts ports,
      Sweeper sweeper,
      Announcer announcer,
      Consumer<String> steps) {
    this.marks = marks;
    this.host = host;
    this.links = links;
    this.firewall = firewall;
    this.veths = new ApplierVeths(links);
    this.namespaces = new ApplierNamespaces(host, veths);
    this.ports = ports;
    this.sweeper = sweeper;
    this.announcer = announcer;
    this.steps = steps;
  }

  /** Makes the namespace of a sandbox whose start is still being recorded, and its veth. */
  void prepare(Place.Sandbox sandbox, Optional<Fact.Veth> veth) {
    steps.accept("before the namespace of " + sandbox);
    namespaces.prepare(sandbox, veth);
    steps.accept("after the namespace of " + sandbox);
  }

  /** Closes what was prepared for a sandbox, if it was not pinned. */
  void drop(Place.Sandbox sandbox) {
    namespaces.drop(sandbox);
  }

  /**
   * Applies changes in their order; those of the firewall in one transaction.
   *
   * @throws RuntimeException of the first that was refused; those before it are done, those after
   *     it are not
   */
  void apply(List<Change> changes) {
    var elements = new ArrayList<Change>();
    try (var linkChanges = new ApplierLinks(marks, host, links, namespaces, veths, sweeper)) {
      for (Change change : changes) {
        if (change.fact() instanceof Fact.Element) {
          elements.add(change);
          continue;
        }
        transact(elements, linkChanges);
        steps.accept("before " + change);
        apply(change, linkChanges);
        steps.accept("after " + change);
      }
      transact(elements, linkChanges);
      linkChanges.flush();
      changes.forEach(change -> announce(change, changes, linkChanges));
    }
  }

  /** The neighbours of a new endpoint may remember who had its addresses before. */
  private void announce(Change change, List<Change> all, ApplierLinks linkChanges) {
    if (change instanceof Change.Add(Fact.Veth veth)) {
      List<InterfaceAddress> addresses =
          all.stream()
              .map(Change::fact)
              .filter(fact -> State.goesWith(veth, fact))
              .filter(Fact.Address.class::isInstance)
              .map(fact -> ((Fact.Address) fact).address())
              .toList();
      announcer.announce(
          marks.pin(veth.sandbox()),
          linkChanges.index(veth.sandbox(), veth.containerEnd()),
          veth.mac().toBytes(),
          addresses);
    }
  }

  private void apply(Change change, ApplierLinks linkChanges) {
    switch (change) {
      case Change.Add(Fact fact) -> add(fact, linkChanges);
      case Change.Alter(Fact from, Fact to) -> alter(from, to, linkChanges);
      case Change.Remove(Fact fact) -> remove(fact, linkChanges);
    }
  }

  private void add(Fact fact, ApplierLinks linkChanges) {
    switch (fact) {
      case Fact.HostSwitch(String path, String value) -> Sysctls.write(path, value);
      case Fact.Sysctl(String _, String path, String value) -> Sysctls.write(path, value);
      case Fact.Skeleton _ -> firewall.addSkeleton();
      case Fact.Bridge bridge -> linkChanges.add(bridge);
      case Fact.Pin pin -> linkChanges.add(pin);
      case Fact.Veth veth -> linkChanges.add(veth);
      case Fact.Address address -> linkChanges.add(address);
      case Fact.Route route -> linkChanges.add(route);
      case Fact.HeldPort port -> ports.hold(port);
      case Fact.Element _ -> throw new IllegalStateException("elements go in one transaction");
    }
  }

  private void alter(Fact from, Fact to, ApplierLinks linkChanges) {
    switch (to) {
      case Fact.HostSwitch _, Fact.Sysctl _ -> add(to, linkChanges);
      case Fact.Skeleton _ -> firewall.mendSkeleton();
      case Fact.Bridge bridge -> linkChanges.alter(bridge);
      case Fact.Pin pin -> linkChanges.alter(pin);
      case Fact.Veth veth -> linkChanges.alter((Fact.Veth) from, veth);
      case Fact.Route route -> {
        linkChanges.remove((Fact.Route) from);
        linkChanges.add(route);
      }
      case Fact.Address _, Fact.HeldPort _, Fact.Element _ ->
          throw new IllegalStateException(to + " is all key: it cannot be altered");
    }
  }

  private void remove(Fact fact, ApplierLinks linkChanges) {
    switch (fact) {
      // Goes with its link; and a host-wide switch is never taken back.
      case Fact.HostSwitch _, Fact.Sysctl _ -> {}
      case Fact.Skeleton _ -> firewall.removeSkeleton();
      case Fact.Bridge bridge -> linkChanges.remove(bridge);
      case Fact.Pin pin -> linkChanges.remove(pin);
      case Fact.Veth veth -> linkChanges.remove(veth);
      case Fact.Address address -> linkChanges.remove(address);
      case Fact.Route route -> linkChanges.remove(route);
      case Fact.HeldPort port -> ports.release(port);
      case Fact.Element _ -> throw new IllegalStateException("elements go in one transaction");
    }
  }

  private void transact(List<Change> elements, ApplierLinks linkChanges) {
    if (elements.isEmpty()) {
      return;
    }
    linkChanges.flush();
    steps.accept("before " + elements);
    firewall.transact(elements);
    steps.accept("after " + elements);
    elements.clear();
  }

  @Override
  public void close() {
    namespaces.close();
    firewall.close();
    announcer.close();
    sweeper.close();
    ports.close();
  }
}
