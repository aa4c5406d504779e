package io.fairlead.network.address;

import io.fairlead.store.Records;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The search for a free address, in one view of the records. A range is full when it holds as many
 * leases as addresses; ranges of doubling size are asked until one is not full, and that one is
 * halved. So a search behind a run of n leases takes some 2 log n queries, each a sum over counters
 * of 256 addresses, and nothing is ever enumerated.
 */
final class FreeAddress {
  private final Records records;
  private final AddressPool pool;
  private final boolean isV6;

  /** Addresses that are neither free nor leased: reserved ones, and those held but not recorded. */
  private final List<BigInteger> blocked;

  FreeAddress(Records records, AddressPool pool, Set<InetAddress> held) {
    this.records = records;
    this.pool = pool;
    this.isV6 = pool.subnet().isV6();
    this.blocked =
        Stream.concat(pool.reserved().stream(), held.stream())
            .distinct()
            .filter(pool.subnet()::contains)
            .filter(a -> !records.isLeased(pool.networkId(), Addresses.text(a)))
            .map(Addresses::number)
            .toList();
  }

  static InetAddress after(InetAddress address) {
    return Addresses.ofNumber(
        Addresses.number(address).add(BigInteger.ONE), Addresses.isV6(address));
  }

  static boolean isUsable(AddressPool pool, InetAddress address) {
    var number = Addresses.number(address);
    return pool.subnet().contains(address)
        && number.compareTo(Addresses.number(pool.subnet().firstHost())) >= 0
        && number.compareTo(Addresses.number(pool.subnet().lastHost())) <= 0
        && !pool.reserved().contains(address);
  }

  /** The first free address behind the given one, going round at the subnet's end. */
  Optional<InetAddress> behind(Optional<InetAddress> last) {
    BigInteger first = Addresses.number(pool.subnet().firstHost());
    BigInteger end = Addresses.number(pool.subnet().lastHost());
    BigInteger start =
        last.filter(pool.subnet()::contains)
            .map(a -> Addresses.number(a).add(BigInteger.ONE).max(first))
            .orElse(first);
    return firstFree(start, end)
        .or(() -> firstFree(first, start.subtract(BigInteger.ONE).min(end)))
        .map(number -> Addresses.ofNumber(number, isV6));
  }

  private Optional<BigInteger> firstFree(BigInteger from, BigInteger to) {
    BigInteger size = BigInteger.ONE;
    BigInteger low = from;
    while (low.compareTo(to) <= 0) {
      BigInteger high = low.add(size).subtract(BigInteger.ONE).min(to);
      if (!isFull(low, high)) {
        return Optional.of(halve(low, high));
      }
      low = high.add(BigInteger.ONE);
      size = size.shiftLeft(1);
    }
    return Optional.empty();
  }

  /** The first free address of a range that has one. */
  private BigInteger halve(BigInteger from, BigInteger to) {
    BigInteger low = from;
    BigInteger high = to;
    while (!low.equals(high)) {
      BigInteger middle = low.add(high).shiftRight(1);
      if (isFull(low, middle)) {
        low = middle.add(BigInteger.ONE);
      } else {
        high = middle;
      }
    }
    return low;
  }

  private boolean isFull(BigInteger low, BigInteger high) {
    long blockedThere =
        blocked.stream().filter(b -> b.compareTo(low) >= 0 && b.compareTo(high) <= 0).count();
    long leased = records.countLeases(pool.networkId(), text(low), text(high));
    BigInteger size = high.subtract(low).add(BigInteger.ONE);
    return BigInteger.valueOf(leased + blockedThere).equals(size);
  }

  private String text(BigInteger number) {
    return Addresses.text(Addresses.ofNumber(number, isV6));
  }
}
