/**
 * What the tests that need a kernel speak in: hosts that are namespaces, engines on them, and a
 * check that nothing was left behind. Start reading at {@link io.fairlead.testing.TestHost} and
 * {@link io.fairlead.testing.TestEngine}.
 */
@NullMarked
package io.fairlead.testing;

import org.jspecify.annotations.NullMarked;
