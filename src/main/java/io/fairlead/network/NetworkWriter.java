package io.fairlead.network;

import io.fairlead.Unavailable;
import io.fairlead.linux.Handback;
import io.fairlead.linux.HandbackThread;
import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.Results;
import io.fairlead.network.explain.Survey;
import io.fairlead.network.firewall.ForeignChains;
import io.fairlead.store.EndpointRow;
import io.fairlead.store.NetworkRow;
import io.fairlead.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that changes and observes the kernel's network for an engine, in the engine's host
 * namespace. Requests and repairs queue to it, so that a repair never sees half of a start.
 */
final class NetworkWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkWriter.class);
  private static final int MOST_WAITING = 4096;

  /** What the writer knows of a scope without asking the kernel. */
  private sealed interface Known {
    /** It was brought to this state. */
    record Applied(State state) implements Known {}

    /** A change failed half-way: these are the facts to ask the kernel about. */
    record Doubtful(State question) implements Known {}
  }

  /** The parts that belong to the writer's thread; made by it, used and closed by it alone. */
  record Kernel(Observer observer, Applier applier) implements AutoCloseable {
    @Override
    public void close() {
      applier.close();
      observer.close();
    }
  }

  private final Store store;
  private final Wants wants;
  private final ForeignFirewalls foreign;
  private final HandbackThread thread;
  private final Kernel kernel;
  private final Map<Scope, Known> known = new HashMap<>();

  /** Nothing is to be put back any more. On the writer's thread. */
  private boolean isPurged;

  /**
   * @param foreign is told what is seen of other firewalls
   */
  NetworkWriter(
      NetNamespace host,
      Store store,
      Wants wants,
      ForeignFirewalls foreign,
      Callable<Kernel> makeKernel) {
    this.store = store;
    this.wants = wants;
    this.foreign = foreign;
    this.thread =
        new HandbackThread(
            MOST_WAITING,
            work ->
                Thread.ofPlatform()
                    .name("network-writer")
                    .daemon()
                    .unstarted(
                        () -> {
                          host.enter();
                          work.run();
                        }));
    this.kernel = call(makeKernel);
  }

  /**
   * Makes a sandbox's namespace, and the veth of one endpoint, which a start will need as soon as
   * it is recorded; does not wait. They are {@link #reconcile}'s from then on, or {@link #drop}'s
   * where that never comes.
   */
  void prepare(String sandboxId, Optional<EndpointRow> endpoint, Optional<NetworkRow> network) {
    var place = new Place.Sandbox(sandboxId);
    Optional<Fact.Veth> veth =
        endpoint.flatMap(row -> network.map(on -> wants.veth(place, row, on)));
    // Where it fails, the reconciliation tries again and tells.
    execute(new FutureTask<>(() -> kernel.applier().prepare(place, veth), /* result= */ true));
  }

  void drop(String sandboxId) {
    execute(
        new FutureTask<>(
            () -> kernel.applier().drop(new Place.Sandbox(sandboxId)), /* result= */ true));
  }

  /**
   * Brings a sandbox to what the records say now, and waits for it. Where a change fails, the
   * sandbox and what it rests on are observed, mended and tried once more: somebody may have
   * changed the kernel meanwhile.
   *
   * @return whether the records want it to be there
   */
  boolean reconcile(String sandboxId) {
    // Read here, while the thread may still be at what was prepared.
    List<Scope> scopes = List.of(new Scope.OfSandbox(sandboxId));
    long version = store.version();
    Map<Scope, State> read = wanted(scopes);
    return call(
        () -> {
          try {
            return reconcileHere(scopes, store.version() == version ? read : wanted(scopes));
          } finally {
            kernel.applier().drop(new Place.Sandbox(sandboxId));
          }
        });
  }

  /**
   * Observes everything that bears our mark, and brings it to what the records say. What no record
   * claims goes.
   */
  List<Change> reconcileAll() {
    return call(this::reconcileAllHere);
  }

  private List<Change> reconcileAllHere() {
    ForeignChains chains = look();
    List<Scope> scopes = store.read(Wants::scopes);
    Map<Scope, State> wanted = wanted(scopes);
    State want = union(wanted.values());
    List<Change> changes = Diff.diff(kernel.observer().everything(want, chains), want);
    known.clear();
    kernel.applier().apply(changes);
    remember(wanted);
    return changes;
  }

  /** Which firewalls of others are here now; what is wanted follows from it. */
  private ForeignChains look() {
    ForeignChains chains = kernel.observer().foreignChains();
    foreign.seen(chains);
    return chains;
  }

  /** What is known and done about firewalls of others, a line each. */
  List<String> foreignFindings() {
    return foreign.findings(store.read(records -> ForeignFirewalls.Ours.of(records.networks())));
  }

  /**
   * Somebody changed the firewall: puts our rules into those of others that drop now, has our own
   * such as they are to be beside others or alone, and puts our tables back if one is gone. Single
   * rules of them are left to {@link #reconcileAll}. Does not wait.
   */
  void firewallChanged() {
    if (!thread.isShutdown()) {
      execute(new FutureTask<>(this::mendFirewall, /* result= */ true));
    }
  }

  private void mendFirewall() {
    if (isPurged) {
      return;
    }
    try {
      List<String> said = foreignFindings();
      var _ = look();
      foreignFindings().stream()
          .filter(finding -> !said.contains(finding))
          .forEach(finding -> LOG.info("others changed the firewall: {}", finding));
      Scope host = new Scope.Host();
      Map<Scope, State> wanted = wanted(List.of(host));
      State want = union(wanted.values());
      State before = question(host);
      State asked = before.with(want).only(NetworkWriter::isOfTheFirewall);
      List<Change> changes =
          Diff.diff(kernel.observer().about(asked), want.only(NetworkWriter::isOfTheFirewall));
      if (changes.stream().anyMatch(NetworkWriter::isTableGone)) {
        changes = reconcileAllHere();
      } else {
        changes = changes.stream().filter(change -> isBecauseOfOthers(change, before)).toList();
        kernel.applier().apply(changes);
        remember(wanted);
      }
      changes.forEach(change -> LOG.info("others changed the firewall: {}", change));
    } catch (RuntimeException e) {
      LOG.warn("others changed the firewall, and it could not be mended: {}", e.getMessage());
    }
  }

  /** What somebody does to a rule of ours is left; but which rules we want depends on others. */
  private static boolean isBecauseOfOthers(Change change, State before) {
    return change.fact() instanceof Fact.Skeleton wanted
        ? !before.get(wanted.key()).equals(Optional.of(wanted))
        : ForeignFirewalls.isAboutOthers(change.fact());
  }

  private static boolean isOfTheFirewall(Fact fact) {
    return fact instanceof Fact.Skeleton || ForeignFirewalls.isAboutOthers(fact);
  }

  private static boolean isTableGone(Change change) {
    return change instanceof Change.Add(Fact.Skeleton _);
  }

  /** What {@link #reconcileAll} would do now. */
  List<Change> drift() {
    return call(
        () -> {
          ForeignChains chains = look();
          State want = store.read(wants::all);
          return Diff.diff(kernel.observer().everything(want, chains), want);
        });
  }

  /** What the kernel has now on the host and in these sandboxes, for a map. */
  Survey survey(List<Place.Sandbox> sandboxes) {
    return call(() -> kernel.observer().survey(sandboxes));
  }

  /** Removes all that bears our mark. */
  void purge() {
    call(
        () -> {
          ForeignChains chains = look();
          State want = union(wanted(store.read(Wants::scopes)).values());
          State have = kernel.observer().everything(want, chains);
          known.clear();
          isPurged = true;
          kernel.applier().apply(Diff.diff(have, State.EMPTY));
          return null;
        });
  }

  private boolean reconcileHere(List<Scope> scopes, Map<Scope, State> wanted) {
    State want = union(wanted.values());
    State have = union(scopes.stream().map(scope -> have(scope, wanted)).toList());
    try {
      kernel.applier().apply(Diff.diff(have, want));
    } catch (RuntimeException first) {
      LOG.info("a change failed, observing and trying once more: {}", first.getMessage());
      doubt(wanted);
      repair(scopes, first);
      return !want.facts().isEmpty();
    }
    remember(wanted);
    return !want.facts().isEmpty();
  }

  private void repair(List<Scope> scopes, RuntimeException first) {
    var all = new ArrayList<>(store.read(Wants::scopes));
    all.removeIf(scope -> scope instanceof Scope.OfSandbox);
    all.addAll(scopes);
    Map<Scope, State> wanted = wanted(all);
    State want = union(wanted.values());
    State asked =
        union(
            all.stream()
                .map(scope -> question(scope).with(wanted.getOrDefault(scope, State.EMPTY)))
                .toList());
    try {
      kernel.applier().apply(Diff.diff(kernel.observer().about(asked), want));
    } catch (RuntimeException again) {
      first.addSuppressed(new IllegalStateException("and again after a repair", again));
      throw first;
    }
    remember(wanted);
  }

  private Map<Scope, State> wanted(List<Scope> scopes) {
    return store.read(
        records -> {
          var wanted = new HashMap<Scope, State>();
          scopes.forEach(scope -> wanted.put(scope, wants.of(scope, records)));
          return wanted;
        });
  }

  /**
   * A scope never heard of has nothing: what was there before this engine was observed at its
   * start.
   */
  private State have(Scope scope, Map<Scope, State> wanted) {
    return switch (known.getOrDefault(scope, new Known.Applied(State.EMPTY))) {
      case Known.Applied(State state) -> state;
      case Known.Doubtful(State question) ->
          kernel.observer().about(question.with(wanted.getOrDefault(scope, State.EMPTY)));
    };
  }

  private State question(Scope scope) {
    return switch (known.getOrDefault(scope, new Known.Applied(State.EMPTY))) {
      case Known.Applied(State state) -> state;
      case Known.Doubtful(State question) -> question;
    };
  }

  private void doubt(Map<Scope, State> wanted) {
    wanted.forEach(
        (scope, state) -> known.put(scope, new Known.Doubtful(question(scope).with(state))));
  }

  private void remember(Map<Scope, State> wanted) {
    wanted.forEach(
        (scope, state) -> {
          if (state.facts().isEmpty()) {
            known.remove(scope);
          } else {
            known.put(scope, new Known.Applied(state));
          }
        });
  }

  private static State union(Iterable<State> states) {
    State all = State.EMPTY;
    for (State state : states) {
      all = all.with(state);
    }
    return all;
  }

  /** Runs something on the writer's thread, and waits for it. */
  <T> T call(Callable<T> action) {
    var task = new Handback<>(action);
    execute(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw Results.failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unavailable("interrupted while the network was changed", e);
    }
  }

  private void execute(FutureTask<?> task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      throw new Unavailable(
          thread.isShutdown()
              ? "the engine is closing"
              : "%d network requests are waiting already; try again".formatted(MOST_WAITING),
          e);
    }
  }

  @Override
  public void close() {
    if (!thread.isShutdown()) {
      call(
          () -> {
            kernel.close();
            return null;
          });
      thread.shutdown();
    }
  }
}
