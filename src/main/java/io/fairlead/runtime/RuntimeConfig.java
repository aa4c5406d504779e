package io.fairlead.runtime;

import io.fairlead.linux.NetNamespace;
import java.nio.file.Path;

/**
 * @param execRoot a directory of this engine's own, on which it has made a shared bind mount
 *     already
 * @param overflow a directory of this engine's own on a disk, for what slow clients have not read
 * @param host the engine's host: conmon, and containers in host mode, run there
 * @param runtime {@code auto} (crun where it runs, else runc), {@code crun}, {@code runc}, or a
 *     path
 */
public record RuntimeConfig(Path execRoot, Path overflow, NetNamespace host, String runtime) {}
