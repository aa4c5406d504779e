package io.fairlead.engine;

import java.nio.file.Path;
import java.util.List;

/**
 * What the engine is, found and chose at its start.
 *
 * @param id of this engine; in the names of its tables, on its links
 * @param findings one line each, as the log has them: what was probed, chosen, and what is missing
 * @param warnings what a user should know and may want to change
 */
public record EngineInfo(
    String id,
    String version,
    String storageDriver,
    String runtimeName,
    String runtimeVersion,
    Path runtimePath,
    String cgroupVersion,
    Path dataRoot,
    Path execRoot,
    String kernelVersion,
    String operatingSystem,
    String architecture,
    String hostname,
    int cpus,
    long memoryBytes,
    int containersRunning,
    int containersPaused,
    int containersStopped,
    int images,
    String defaultBridge,
    List<String> findings,
    List<String> warnings) {}
