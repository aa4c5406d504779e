/** Publishing: parsing, allocation and holding of host ports. */
@NullMarked
package io.fairlead.network.port;

import org.jspecify.annotations.NullMarked;
