/** Tests of the runtime room: pure ones, and kernel ones on a {@code Lab}. */
@NullMarked
package io.fairlead.runtime;

import org.jspecify.annotations.NullMarked;
