/**
 * The heart: records, {@code State}, diff, the writer, sandboxes. Start reading at {@code Diff}.
 */
@NullMarked
package io.fairlead.network;

import org.jspecify.annotations.NullMarked;
