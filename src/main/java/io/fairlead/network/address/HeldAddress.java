package io.fairlead.network.address;

import io.fairlead.store.Records;
import java.net.InetAddress;

/**
 * An address that was chosen and is not recorded yet: nobody else is given it until this is closed.
 * Close it after the transaction that records its endpoint has committed, or to give it back.
 */
public final class HeldAddress implements AutoCloseable {
  private final Leases leases;
  private final AddressPool pool;
  private final InetAddress address;

  HeldAddress(Leases leases, AddressPool pool, InetAddress address) {
    this.leases = leases;
    this.pool = pool;
    this.address = address;
  }

  public InetAddress address() {
    return address;
  }

  public InterfaceAddress interfaceAddress() {
    return new InterfaceAddress(address, pool.subnet().prefixLength());
  }

  /**
   * Records that it was handed out, so that the next search begins behind it. The lease itself is
   * in its endpoint's row, and lives as long as that.
   */
  public void record(Records records) {
    records.setLastLease(pool.networkId(), Addresses.isV6(address), Addresses.text(address));
  }

  @Override
  public void close() {
    leases.release(pool.networkId(), address);
  }
}
