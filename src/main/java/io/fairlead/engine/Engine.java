package io.fairlead.engine;

import io.fairlead.Unavailable;
import io.fairlead.image.Image;
import io.fairlead.image.Images;
import io.fairlead.image.Roots;
import io.fairlead.network.NetworkConfig;
import io.fairlead.network.NetworkView;
import io.fairlead.network.Networks;
import io.fairlead.network.explain.NetworkMap;
import io.fairlead.runtime.OciRuntime;
import io.fairlead.runtime.RuntimeConfig;
import io.fairlead.store.ContainerState;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A container engine: the composition root. No statics, no fixed paths; several live in one JVM.
 */
public final class Engine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
  private static final String ID_SETTING = "engine.id";

  private final String id;
  private final Machine machine;
  private final Premises premises;
  private final Rooms rooms;
  private final ContainerLocks locks = new ContainerLocks();
  private final Waiters waiters = new Waiters();
  private final EventLog events;
  private final EarlyStreams early = new EarlyStreams();
  private final Restarts restarts;
  private final Starts starts;
  private final Containers containers;
  private final Execs execs;
  private final ContainerFiles files;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  private Engine(
      String id,
      Machine machine,
      Premises premises,
      Rooms rooms,
      EventLog events,
      Set<String> running,
      Checkpoints checkpoints) {
    this.id = id;
    this.machine = machine;
    this.premises = premises;
    this.rooms = rooms;
    this.events = events;
    this.restarts = new Restarts(container -> bringBack(container));
    var endings = new Endings(rooms, locks, waiters, early, restarts, checkpoints);
    this.starts = new Starts(rooms, early, endings, checkpoints);
    this.containers =
        new Containers(
            rooms,
            machine,
            locks,
            waiters,
            new Creation(rooms, machine, new SecureRandom()),
            starts,
            new Stops(rooms, locks, waiters, starts, endings, restarts),
            new Streams(rooms, early));
    this.execs = new Execs(rooms, locks);
    this.files = new ContainerFiles(rooms, locks);
    running.forEach(endings::watch);
    rooms.store().read(Records::containers).stream()
        .filter(row -> row.state() == ContainerState.RESTARTING)
        .forEach(row -> restarts.resume(row.id()));
  }

  /** Starts a container whose time to be brought back has come, if it still waits for that. */
  private void bringBack(String container) {
    try (var _ = locks.hold(container)) {
      rooms
          .store()
          .read(records -> records.container(container))
          .filter(row -> row.state() == ContainerState.RESTARTING)
          .ifPresent(row -> starts.start(row, row.restartCount() + 1));
    } catch (Unavailable closing) {
      LOG.debug("container {} waits for the next engine", Lives.shortId(container));
    } catch (RuntimeException e) {
      LOG.warn("container {} was not brought back: {}", Lives.shortId(container), e.getMessage());
    }
  }

  /**
   * Opens an engine on its roots, after it has mended what a crash left.
   *
   * @throws io.fairlead.Conflict if another engine has these roots
   * @throws io.fairlead.EngineFault if the machine lacks what is needed; says what
   */
  public static Engine open(EngineConfig config) {
    return open(config, Checkpoints.NONE);
  }

  static Engine open(EngineConfig config, Checkpoints checkpoints) {
    var machine = Machine.probe();
    try (var opened = new Opened()) {
      var premises = Premises.open(config);
      opened.add(premises::giveUp);
      var store = opened.add(Store.open(premises.database()));
      String id = store.write(Engine::id);
      var runtime =
          opened.add(
              OciRuntime.open(
                  new RuntimeConfig(
                      premises.execRoot(),
                      premises.dataRoot().resolve("overflow"),
                      config.host(),
                      config.runtime())));
      var log = new EventLog();
      var events = new Events(log);
      var images = Images.open(store, premises.dataRoot(), events::image, checkpoints::reached);
      var roots = Roots.open(store, premises.dataRoot(), premises.execRoot());
      var execs = Execs.found(store, runtime);
      var running = new Recovery(store, runtime, roots, premises.dataRoot(), checkpoints).correct();
      var networks =
          opened.add(
              Networks.open(
                  networkConfig(id, config, premises.execRoot()),
                  store,
                  runtime::conmonPidfd,
                  checkpoints::reached));
      networks.watchFirewall();
      var rooms = new Rooms(premises.dataRoot(), store, images, roots, runtime, networks, events);
      var engine = new Engine(id, machine, premises, rooms, log, running, checkpoints);
      engine.execs.resume(execs);
      opened.keep();
      engine.tellFindings();
      return engine;
    }
  }

  private static String id(Records records) {
    var known = records.setting(ID_SETTING);
    if (known.isPresent()) {
      return known.get();
    }
    byte[] bytes = new byte[4];
    new SecureRandom().nextBytes(bytes);
    String id = HexFormat.of().formatHex(bytes);
    records.setSetting(ID_SETTING, id);
    return id;
  }

  private static NetworkConfig networkConfig(String id, EngineConfig config, Path execRoot) {
    return new NetworkConfig(
        id,
        execRoot,
        config.host(),
        config.bridge(),
        config.bip(),
        config.ipv6(),
        config.fixedCidrV6(),
        config.mtuBytes(),
        config.leavesForeignFirewalls());
  }

  private void tellFindings() {
    var info = info();
    LOG.info("engine {} is open on {} and {}", id, info.dataRoot(), info.execRoot());
    info.findings().forEach(LOG::info);
    info.warnings().forEach(LOG::warn);
  }

  public Containers containers() {
    return containers;
  }

  /** Further processes in containers. */
  public Execs execs() {
    return execs;
  }

  /** The files of containers. */
  public ContainerFiles files() {
    return files;
  }

  /** What containers use. */
  public Statistics statistics() {
    return new Statistics(rooms);
  }

  public Images images() {
    return rooms.images();
  }

  /** What happens in this engine. */
  public EventLog events() {
    return events;
  }

  /** As {@link Images#remove}. */
  public List<Images.Removed> removeImage(String reference, boolean force) {
    return rooms.images().remove(reference, force, row -> Lives.isLive(row.state()));
  }

  /** As {@link Images#prune}. */
  public Images.Pruned pruneImages(Predicate<Image> wanted) {
    Images.Pruned pruned = rooms.images().prune(wanted);
    rooms.events().pruned(Event.Type.IMAGE, pruned.reclaimedBytes());
    return pruned;
  }

  /** What a pruning of containers removed, and how much they had written. */
  public record PrunedContainers(List<String> ids, long reclaimedBytes) {}

  /** Removes the containers that do not run and are wanted away. */
  public PrunedContainers pruneContainers(Predicate<Container> wanted) {
    return new ContainerPruning(rooms, containers).prune(wanted);
  }

  public List<NetworkView> networks() {
    return rooms.networks().list();
  }

  /**
   * @param reference name, id, or an unambiguous prefix of one
   * @throws io.fairlead.NotFound {@code network x not found}
   */
  public NetworkView network(String reference) {
    return rooms.networks().find(reference);
  }

  /**
   * The network of some containers as the kernel has it now.
   *
   * @param references of containers; none: all containers, and all networks
   * @throws io.fairlead.NotFound in Docker's words
   */
  public NetworkMap map(List<String> references) {
    return rooms
        .networks()
        .map(
            references.stream()
                .map(reference -> References.resolve(rooms.store(), reference).id())
                .toList());
  }

  public EngineInfo info() {
    return new Findings(id, machine, premises, rooms).info();
  }

  /** Leaves containers running. */
  @Override
  public void close() {
    if (isClosed.compareAndSet(false, true)) {
      restarts.close();
      locks.close();
      waiters.close();
      early.close();
      events.close();
      closeRooms();
      premises.close();
      LOG.info("engine {} is closed; containers run on", id);
    }
  }

  private void closeRooms() {
    rooms.networks().close();
    rooms.runtime().close();
    rooms.store().close();
  }

  /**
   * Ends and removes everything of this engine: containers, images, links, tables, roots. Closes
   * it.
   */
  public void purge() {
    if (!isClosed.compareAndSet(false, true)) {
      return;
    }
    restarts.close();
    locks.close();
    waiters.close();
    early.close();
    events.close();
    var steps = new ArrayList<Runnable>();
    for (var container : Set.copyOf(rooms.runtime().known())) {
      steps.add(() -> rooms.runtime().delete(container));
    }
    Together.all("purge " + id, steps);
    rooms.roots().sweep(Set.of(), Set.of());
    rooms.networks().purge();
    closeRooms();
    premises.purge();
    LOG.info("engine {} and all that was its own is gone", id);
  }

  /** What an opening has opened so far; closed again, last first, unless it is kept. */
  private static final class Opened implements AutoCloseable {
    private final Deque<AutoCloseable> all = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T opened) {
      all.push(opened);
      return opened;
    }

    void keep() {
      all.clear();
    }

    @Override
    public void close() {
      for (var opened : all) {
        try {
          opened.close();
        } catch (Exception e) {
          LOG.warn("while an engine failed to open: {}", e.getMessage(), e);
        }
      }
    }
  }
}
