/** The firewall skeleton as one text, and the elements that change. */
@NullMarked
package io.fairlead.network.firewall;

import org.jspecify.annotations.NullMarked;
