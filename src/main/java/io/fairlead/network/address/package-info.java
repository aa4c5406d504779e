/**
 * Subnets, the pools they come from, and the choice of addresses in them, v4 and v6 in the same
 * code. Uses the store, and changes nothing in the kernel. Start reading at {@link
 * io.fairlead.network.address.Leases}.
 */
@NullMarked
package io.fairlead.network.address;

import org.jspecify.annotations.NullMarked;
