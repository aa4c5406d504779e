/**
 * crun or runc under conmon: the OCI configuration, spawning, stdio, logs, exit status. Start
 * reading at {@link io.fairlead.runtime.OciRuntime}.
 */
@NullMarked
package io.fairlead.runtime;

import org.jspecify.annotations.NullMarked;
