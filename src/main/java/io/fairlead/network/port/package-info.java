/**
 * Publishing: what the API and {@code -p} ask for, and host ports: chosen, bound, held in a queue
 * that outlives the daemon. Start reading at {@link io.fairlead.network.port.HostPorts}.
 */
@NullMarked
package io.fairlead.network.port;

import org.jspecify.annotations.NullMarked;
