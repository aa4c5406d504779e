/** Subnets, MAC addresses and leases, v4 and v6 in the same code. */
@NullMarked
package io.fairlead.network.address;

import org.jspecify.annotations.NullMarked;
