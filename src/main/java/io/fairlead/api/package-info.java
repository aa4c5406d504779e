/**
 * The Docker Engine API over Netty: one class per resource, wire records, streams. Start reading at
 * {@code Routes}.
 */
@NullMarked
package io.fairlead.api;

import org.jspecify.annotations.NullMarked;
