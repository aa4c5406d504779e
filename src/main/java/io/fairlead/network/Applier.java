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
  private final RelayedPorts relayed;
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
      RelayedPorts relayed,
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
    this.relayed = relayed;
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
   * Applies changes in their order: those of the firewall in one transaction, those of ports by as
   * few looks at their queues.
   *
   * @throws RuntimeException of the first that was refused; those before it are done, those after
   *     it are not
   */
  void apply(List<Change> changes) {
    try (var linkChanges = new ApplierLinks(marks, host, links, namespaces, veths, sweeper)) {
      for (List<Change> run : runs(changes)) {
        Object step = run.size() == 1 ? run.getFirst() : run;
        steps.accept("before " + step);
        apply(run, linkChanges);
        steps.accept("after " + step);
      }
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

  /** What one call does, in one run; they follow each other already. */
  private static List<List<Change>> runs(List<Change> changes) {
    var runs = new ArrayList<List<Change>>();
    Object last = "";
    for (Change change : changes) {
      Object call = call(change);
      if (call.equals(last)) {
        runs.getLast().add(change);
      } else {
        runs.add(new ArrayList<>(List.of(change)));
      }
      last = call;
    }
    return runs;
  }

  /** Equal for changes that are made by the same call. */
  private static Object call(Change change) {
    return switch (change.fact()) {
      case Fact.Element _ -> Fact.Element.class;
      case Fact.Gathered port -> List.of(port.key().kind(), change instanceof Change.Remove);
      default -> change;
    };
  }

  private void apply(List<Change> run, ApplierLinks linkChanges) {
    if (run.getFirst().fact() instanceof Fact.Gathered kind) {
      applyTogether(kind, run, linkChanges);
    } else {
      run.forEach(change -> apply(change, linkChanges));
    }
  }

  private void applyTogether(Fact.Gathered kind, List<Change> run, ApplierLinks linkChanges) {
    boolean isRemoval = run.getFirst() instanceof Change.Remove;
    switch (kind) {
      case Fact.Element _ -> {
        // They lead to what the links' messages make.
        linkChanges.flush();
        firewall.transact(run);
      }
      case Fact.HeldPort _ -> {
        List<Fact.HeldPort> held = facts(run, Fact.HeldPort.class);
        if (isRemoval) {
          ports.release(held);
        } else {
          ports.hold(held);
        }
      }
      case Fact.Listener _ -> {
        List<Fact.Listener> listeners = facts(run, Fact.Listener.class);
        if (isRemoval) {
          relayed.stop(listeners);
        } else {
          relayed.serve(listeners);
        }
      }
    }
  }

  private static <F extends Fact> List<F> facts(List<Change> changes, Class<F> kind) {
    return changes.stream().map(Change::fact).map(kind::cast).toList();
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
      case Fact.Skeleton skeleton -> firewall.putSkeleton(skeleton, List.of());
      case Fact.ForeignRule rule -> firewall.add(rule.chain());
      case Fact.Bridge bridge -> linkChanges.add(bridge);
      case Fact.Pin pin -> linkChanges.add(pin);
      case Fact.Veth veth -> linkChanges.add(veth);
      case Fact.ForwardingEntry entry -> linkChanges.add(entry);
      case Fact.Address address -> linkChanges.add(address);
      case Fact.Route route -> linkChanges.add(route);
      case Fact.Gathered _ -> throw inRuns(fact);
    }
  }

  private void alter(Fact from, Fact to, ApplierLinks linkChanges) {
    switch (to) {
      case Fact.HostSwitch _, Fact.Sysctl _ -> add(to, linkChanges);
      case Fact.Skeleton skeleton -> firewall.putSkeleton(skeleton, ((Fact.Skeleton) from).rules());
      case Fact.Bridge bridge -> linkChanges.alter(bridge);
      case Fact.Pin pin -> linkChanges.alter(pin);
      case Fact.Veth veth -> linkChanges.alter((Fact.Veth) from, veth);
      case Fact.ForwardingEntry entry -> {
        linkChanges.remove((Fact.ForwardingEntry) from);
        linkChanges.add(entry);
      }
      case Fact.Route route -> {
        linkChanges.remove((Fact.Route) from);
        linkChanges.add(route);
      }
      case Fact.Address _, Fact.ForeignRule _ ->
          throw new IllegalStateException(to + " is all key: it cannot be altered");
      case Fact.Gathered _ -> throw inRuns(to);
    }
  }

  private void remove(Fact fact, ApplierLinks linkChanges) {
    switch (fact) {
      // Goes with its link; and a host-wide switch is never taken back.
      case Fact.HostSwitch _, Fact.Sysctl _ -> {}
      case Fact.Skeleton skeleton -> firewall.removeSkeleton(skeleton.table());
      case Fact.ForeignRule rule -> firewall.remove(rule.chain());
      case Fact.Bridge bridge -> linkChanges.remove(bridge);
      case Fact.Pin pin -> linkChanges.remove(pin);
      case Fact.Veth veth -> linkChanges.remove(veth);
      case Fact.ForwardingEntry entry -> linkChanges.remove(entry);
      case Fact.Address address -> linkChanges.remove(address);
      case Fact.Route route -> linkChanges.remove(route);
      case Fact.Gathered _ -> throw inRuns(fact);
    }
  }

  private static IllegalStateException inRuns(Fact fact) {
    return new IllegalStateException(fact + " is changed in a run");
  }

  @Override
  public void close() {
    namespaces.close();
    firewall.close();
    announcer.close();
    sweeper.close();
    relayed.close();
    ports.close();
  }
}
