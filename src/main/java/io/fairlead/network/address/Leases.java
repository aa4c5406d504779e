package io.fairlead.network.address;

import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.store.Store;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses addresses for endpoints: the next free one after the last that was handed out, so that an
 * address rests before it is used again. What is leased the records know; what is chosen and not
 * yet recorded is held here.
 *
 * <p>Not inside a transaction of the store: a choice is checked against records read after it was
 * claimed.
 */
public final class Leases {
  private final Store store;

  /** Guards the two maps, for a look and a change, never during a query. */
  private final Object lock = new Object();

  private final Map<String, Set<InetAddress>> heldByNetwork = new HashMap<>();
  private final Map<Turn, InetAddress> lastChosen = new HashMap<>();

  /** Whose turn it is: each family of each network goes round by itself. */
  private record Turn(String networkId, boolean isV6) {}

  public Leases(Store store) {
    this.store = store;
  }

  /**
   * Holds the next free address of a pool.
   *
   * @throws EngineFault {@code no available IPv4 addresses on this network's address pools: NAME
   *     (ID)}
   */
  public HeldAddress next(AddressPool pool) {
    Optional<InetAddress> candidate = afterLast(pool);
    // Where another thread was quicker with a candidate, that thread has it: some thread always
    // gets on.
    while (true) {
      if (candidate.isEmpty() || !claim(pool, candidate.get())) {
        candidate = Optional.of(search(pool, candidate));
      } else {
        return new HeldAddress(this, pool, candidate.get());
      }
    }
  }

  /**
   * Holds the address that was asked for.
   *
   * @throws InvalidRequest if it is not of the pool's subnet
   * @throws Conflict {@code Address already in use}
   */
  public HeldAddress fixed(AddressPool pool, InetAddress address) {
    if (!pool.subnet().contains(address)) {
      throw new InvalidRequest(
          "Invalid address %s: It does not belong to any of this network's subnets"
              .formatted(Addresses.text(address)));
    }
    if (!FreeAddress.isUsable(pool, address)) {
      throw new Conflict(
          "Address already in use: %s is the gateway, network or broadcast address of network %s"
              .formatted(Addresses.text(address), pool.networkName()));
    }
    if (!claim(pool, address)) {
      throw new Conflict(
          "Address already in use: %s is held by another endpoint on network %s"
              .formatted(Addresses.text(address), pool.networkName()));
    }
    return new HeldAddress(this, pool, address);
  }

  void release(String networkId, InetAddress address) {
    synchronized (lock) {
      Set<InetAddress> held = heldByNetwork.get(networkId);
      if (held != null && held.remove(address) && held.isEmpty()) {
        heldByNetwork.remove(networkId);
      }
    }
  }

  /**
   * The address behind the last one, if it can be used: mostly it is free, and no search needed.
   */
  private Optional<InetAddress> afterLast(AddressPool pool) {
    return last(pool)
        .filter(last -> pool.subnet().contains(last) && !last.equals(pool.subnet().last()))
        .map(last -> FreeAddress.after(last))
        .filter(next -> FreeAddress.isUsable(pool, next));
  }

  private InetAddress search(AddressPool pool, Optional<InetAddress> taken) {
    Set<InetAddress> held;
    synchronized (lock) {
      held = Set.copyOf(heldByNetwork.getOrDefault(pool.networkId(), Set.of()));
    }
    Optional<InetAddress> last = taken.or(() -> last(pool));
    return store
        .read(records -> new FreeAddress(records, pool, held).behind(last))
        .orElseThrow(
            () ->
                new EngineFault(
                    "no available IPv%d addresses on this network's address pools: %s (%s)"
                        .formatted(
                            pool.subnet().isV6() ? 6 : 4, pool.networkName(), pool.networkId())));
  }

  private Optional<InetAddress> last(AddressPool pool) {
    boolean isV6 = pool.subnet().isV6();
    @Nullable InetAddress chosen;
    synchronized (lock) {
      chosen = lastChosen.get(new Turn(pool.networkId(), isV6));
    }
    if (chosen != null) {
      return Optional.of(chosen);
    }
    Optional<String> recorded = store.read(records -> records.lastLease(pool.networkId(), isV6));
    return recorded.map(Addresses::parse);
  }

  /**
   * Claims first and looks into the records after that: an address that its holder recorded and let
   * go of before the claim is then seen as leased.
   */
  private boolean claim(AddressPool pool, InetAddress address) {
    synchronized (lock) {
      if (!heldByNetwork.computeIfAbsent(pool.networkId(), id -> new HashSet<>()).add(address)) {
        return false;
      }
    }
    boolean isLeased =
        store.read(records -> records.isLeased(pool.networkId(), Addresses.text(address)));
    if (isLeased) {
      release(pool.networkId(), address);
      return false;
    }
    synchronized (lock) {
      lastChosen.put(new Turn(pool.networkId(), pool.subnet().isV6()), address);
    }
    return true;
  }
}
