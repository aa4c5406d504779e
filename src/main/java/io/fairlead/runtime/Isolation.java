package io.fairlead.runtime;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a container shares with its host and with others, and what its root looks like beyond its
 * image and its binds.
 *
 * @param ipc {@code private}, {@code shareable}, {@code none}, {@code host}, {@code container:ID};
 *     empty: private
 * @param pid {@code host}, {@code container:ID}; empty: its own
 * @param uts {@code host}; empty: its own
 * @param cgroup {@code host}, {@code private}; empty: as usual for the machine's cgroups
 * @param cgroupParent the group in which the container's own is made; empty: the top
 * @param securityOptions {@code no-new-privileges}, {@code seccomp=unconfined}, or with a profile's
 *     text in place of {@code unconfined}
 * @param tmpfs mount options by target
 * @param shmBytes of /dev/shm; 0: Docker's 64 MiB
 * @param addedGroups names or numbers
 * @param deviceRules {@code c 1:3 rwm}
 * @param maskedPaths empty: the usual ones
 * @param readOnlyPaths empty: the usual ones
 * @param hasInit whether a small init is its first process
 */
public record Isolation(
    String ipc,
    String pid,
    String uts,
    String cgroup,
    String cgroupParent,
    List<String> securityOptions,
    boolean isRootReadOnly,
    Map<String, String> tmpfs,
    long shmBytes,
    Map<String, String> sysctls,
    List<String> addedGroups,
    List<Device> devices,
    List<String> deviceRules,
    Optional<List<String>> maskedPaths,
    Optional<List<String>> readOnlyPaths,
    boolean hasInit) {

  public static final Isolation USUAL =
      new Isolation(
          "",
          "",
          "",
          "",
          "",
          List.of(),
          false,
          Map.of(),
          0,
          Map.of(),
          List.of(),
          List.of(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          false);

  /** The same with other modes of sharing. */
  public Isolation withModes(String otherIpc, String otherPid) {
    return with(otherIpc, otherPid, cgroup, shmBytes);
  }

  /**
   * The same with what it leaves open decided.
   *
   * @param hasCgroupNamespace whether a container has one of its own unless it asks otherwise
   */
  public Isolation withDefaults(boolean hasCgroupNamespace) {
    return with(
        ipc.isEmpty() ? "private" : ipc,
        pid,
        cgroup.isEmpty() ? (hasCgroupNamespace ? "private" : "host") : cgroup,
        shmBytes == 0 ? SHM_BYTES : shmBytes);
  }

  private Isolation with(String otherIpc, String otherPid, String otherCgroup, long otherShm) {
    return new Isolation(
        otherIpc,
        otherPid,
        uts,
        otherCgroup,
        cgroupParent,
        securityOptions,
        isRootReadOnly,
        tmpfs,
        otherShm,
        sysctls,
        addedGroups,
        devices,
        deviceRules,
        maskedPaths,
        readOnlyPaths,
        hasInit);
  }

  /** Docker's default of {@code --shm-size}. */
  public static final long SHM_BYTES = 64L << 20;

  /**
   * A device of the host.
   *
   * @param permissions of {@code r}, {@code w}, {@code m}
   */
  public record Device(String pathOnHost, String pathInContainer, String permissions) {}
}
