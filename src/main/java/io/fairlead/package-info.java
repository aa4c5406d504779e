/**
 * The failures that any room may throw; each says what failed, on which object, and what to do.
 * Nothing else lives here.
 */
@NullMarked
package io.fairlead;

import org.jspecify.annotations.NullMarked;
