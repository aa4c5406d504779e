/**
 * Read-only views of the network, for people. Values and pure functions over what was observed:
 * nothing here asks the kernel or the records. Start reading at {@link
 * io.fairlead.network.explain.NetworkMap}.
 */
@NullMarked
package io.fairlead.network.explain;

import org.jspecify.annotations.NullMarked;
