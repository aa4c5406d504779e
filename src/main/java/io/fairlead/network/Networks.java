package io.fairlead.network;

import io.fairlead.InvalidRequest;
import io.fairlead.linux.Fd;
import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.Nftables;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.network.address.Leases;
import io.fairlead.network.explain.NetworkMap;
import io.fairlead.network.explain.Residents;
import io.fairlead.network.firewall.Ruleset;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.NetworkRow;
import io.fairlead.store.Records;
import io.fairlead.store.SandboxRow;
import io.fairlead.store.Store;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network, as the engine sees it: allocate, record, apply. What the kernel shall have follows
 * from the records alone; {@link #apply} is the one call that brings it about, for a start, a stop,
 * a failure and a removal alike.
 */
public final class Networks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Networks.class);

  private final Store store;
  private final Marks marks;
  private final List<String> findings;
  private final NetworkWriter writer;
  private final Allocator allocator;
  private final Sweeper sweeper;
  private final NetNamespace host;
  private Optional<FirewallWatcher> watcher = Optional.empty();

  private Networks(
      Store store,
      Marks marks,
      List<String> findings,
      NetworkWriter writer,
      Allocator allocator,
      Sweeper sweeper,
      NetNamespace host) {
    this.store = store;
    this.marks = marks;
    this.findings = List.copyOf(findings);
    this.writer = writer;
    this.allocator = allocator;
    this.sweeper = sweeper;
    this.host = host;
  }

  /**
   * Makes the default bridge's record on first use, observes the kernel, and mends what differs
   * from the records, which the engine has corrected by what runs. Removes what no record claims.
   *
   * @param conmonPidfd by container id: a descriptor of its conmon's process, if it lives; held
   *     ports are found through it
   * @param steps told before and after every change of the kernel, by name; for tests that end the
   *     process there
   */
  public static Networks open(
      NetworkConfig config,
      Store store,
      Function<String, Optional<Fd>> conmonPidfd,
      Consumer<String> steps) {
    var marks = new Marks(config.engineId(), config.execRoot().resolve("sandbox"));
    var ruleset = new Ruleset(config.engineId());
    var findings = new ArrayList<String>();
    HostNetwork host =
        config
            .host()
            .call(
                "host-network",
                () -> {
                  try (var socket = NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE)) {
                    return HostNetwork.observe(socket, marks);
                  }
                });
    store.update(
        records -> {
          new DefaultBridge(config, host, findings).record(records, Allocator.hex(32));
          fixedNetwork(records, "host", "host");
          fixedNetwork(records, "none", "null");
          dropAbandoned(records);
        });
    var ports = new QueuedPorts(config.host(), store, conmonPidfd);
    var relayed = new RelayedPorts(config.host(), ports);
    var sweeper = new Sweeper(config.host(), marks.doomedGroup());
    var foreign = new ForeignFirewalls(config.leavesForeignFirewalls());
    var wants = new Wants(marks, ruleset, host.routerAdvertisementLinks(), foreign);
    var writer =
        new NetworkWriter(
            config.host(),
            store,
            wants,
            foreign,
            () -> kernel(marks, ruleset, ports, relayed, sweeper, steps));
    List<Change> mended = writer.reconcileAll();
    mended.forEach(change -> LOG.info("at start: {}", change));
    sweeper.sweepNow();
    return new Networks(
        store,
        marks,
        findings,
        writer,
        new Allocator(store, new Leases(store), ports, writer),
        sweeper,
        config.host());
  }

  private static NetworkWriter.Kernel kernel(
      Marks marks,
      Ruleset ruleset,
      QueuedPorts ports,
      RelayedPorts relayed,
      Sweeper sweeper,
      Consumer<String> steps) {
    Interior.tidy(marks.pins());
    Fd host = NetNamespace.ofThisThread().open();
    var links = NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE);
    var nftables = Nftables.open();
    return new NetworkWriter.Kernel(
        new Observer(marks, ruleset, host, links, nftables, ports, relayed),
        new Applier(
            marks,
            host,
            links,
            new ApplierFirewall(
                ruleset,
                marks.foreignRule(),
                nftables,
                NetlinkSocket.open(NetlinkSocket.NETLINK_NETFILTER)),
            ports,
            relayed,
            sweeper,
            new Announcer(),
            steps));
  }

  private static void fixedNetwork(Records records, String name, String driver) {
    if (records.networkByName(name).isEmpty()) {
      records.put(
          new NetworkRow(Allocator.hex(32), name, driver, "", 0, List.of(), "{}", Instant.now()));
    }
  }

  private static void dropAbandoned(Records records) {
    records.sandboxes().stream()
        .filter(row -> isAbandoned(row, records))
        .forEach(row -> records.removeSandbox(row.id()));
  }

  private static boolean isAbandoned(SandboxRow row, Records records) {
    return row.ownerId() == null && records.membersOf(row.id()).stream().noneMatch(Wants::isActive);
  }

  /**
   * From now on, and until this is closed, changes of the firewall by others are seen: see {@link
   * NetworkWriter#firewallChanged}.
   */
  public void watchFirewall() {
    watcher = Optional.of(new FirewallWatcher(host, writer));
  }

  /**
   * Checks a request's form, at create. Changes nothing.
   *
   * @throws io.fairlead.InvalidRequest for a malformed port or conflicting options
   * @throws io.fairlead.NotFound for an unknown network
   */
  public void check(NetworkRequest request) {
    QueuedPorts.check(request);
    boolean publishes = !request.bindings().isEmpty() || request.publishAll();
    switch (NetworkMode.parse(request.mode())) {
      case NetworkMode.OfContainer _ -> {
        if (publishes) {
          throw new InvalidRequest(
              "conflicting options: port publishing and the container type network mode");
        }
      }
      case NetworkMode.On(String name) -> store.read(records -> Lookup.network(name, records));
      case NetworkMode.Host _, NetworkMode.None _ -> {}
    }
  }

  /**
   * Decides all that a start needs (sandbox, addresses, MAC, host ports) and holds it, without
   * changing a record or the network.
   *
   * @throws io.fairlead.EngineFault if a port is taken: names its holder, in Docker's words
   */
  public Allocation allocate(String containerId, NetworkRequest request) {
    return allocator.allocate(containerId, request);
  }

  /**
   * What was decided for one start. Closing it before {@link #committed} gives everything back;
   * afterwards it does nothing.
   */
  public interface Allocation extends AutoCloseable {
    /** Writes it, in the transaction that makes the container {@code starting}. */
    void record(Records records);

    /** That transaction has committed: from now on {@link Networks#apply} withdraws the ports. */
    void committed();

    /** The sandbox to join; null in host mode. */
    @Nullable String sandboxId();

    /**
     * What conmon shall inherit: the queue of held ports. Valid until {@link Networks#apply}
     * withdraws the ports.
     */
    List<Integer> inheritedFds();

    @Override
    void close();
  }

  /**
   * Brings the kernel to what the records say now about this sandbox: it is there while a container
   * that is starting, running or stopping is in it; its published ports are there while its owner
   * is. A sandbox whose owner was removed and that nobody is in loses its record too.
   *
   * @throws io.fairlead.linux.KernelException or {@link io.fairlead.EngineFault} if a change was
   *     refused; what had been applied stays, until the records are compensated and this is called
   *     again
   */
  public void apply(String sandboxId) {
    if (writer.reconcile(sandboxId)) {
      return;
    }
    boolean isAbandoned =
        store.read(
            records ->
                records.sandbox(sandboxId).filter(row -> isAbandoned(row, records)).isPresent());
    if (isAbandoned) {
      // Asked again: somebody may have joined it in between.
      store.update(
          records ->
              records
                  .sandbox(sandboxId)
                  .filter(row -> isAbandoned(row, records))
                  .ifPresent(row -> records.removeSandbox(row.id())));
    }
  }

  /**
   * What differs now between the kernel and the records, in words; empty when all is as it should
   * be.
   */
  public List<String> drift() {
    return writer.drift().stream().map(Change::toString).toList();
  }

  /** Mends what {@link #drift} names. */
  public void repair() {
    writer.reconcileAll().forEach(change -> LOG.info("repaired: {}", change));
  }

  /** The pin's path: what {@code nsenter --net=} and the runtime take. */
  public Path pin(String sandboxId) {
    return marks.pin(new Place.Sandbox(sandboxId));
  }

  public NetworkSettings settings(ContainerRow container, NetworkRequest request) {
    return store.read(records -> new Views(records, marks).settings(container, request));
  }

  public List<NetworkView> list() {
    return store.read(records -> new Views(records, marks).networks());
  }

  /**
   * @throws io.fairlead.NotFound {@code network x not found}
   */
  public NetworkView find(String reference) {
    return store.read(
        records -> new Views(records, marks).network(Lookup.network(reference, records)));
  }

  /**
   * The network of some containers as the kernel has it now.
   *
   * @param containerIds empty: all containers, and all networks
   */
  public NetworkMap map(List<String> containerIds) {
    Residents residents =
        store.read(records -> new Inhabitants(records, marks).residents(containerIds));
    return NetworkMap.of(
        writer.survey(
            residents.sandboxes().stream().map(home -> new Place.Sandbox(home.id())).toList()),
        residents);
  }

  /** What was found and chosen at start, and which other firewalls are here now; a line each. */
  public List<String> findings() {
    return Stream.concat(findings.stream(), writer.foreignFindings().stream()).toList();
  }

  /** Removes every link, table, element and pin of this engine from the kernel. */
  public void purge() {
    writer.purge();
    sweeper.sweepNow();
  }

  @Override
  public void close() {
    watcher.ifPresent(FirewallWatcher::close);
    writer.close();
  }
}
