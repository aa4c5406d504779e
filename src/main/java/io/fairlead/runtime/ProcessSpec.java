package io.fairlead.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that the runtime needs to start one container; the runtime room makes the OCI configuration
 * of it, with Docker's defaults for capabilities, masked and read-only paths, seccomp, devices and
 * mounts.
 *
 * @param id 64 hex digits
 * @param root the mounted root file system
 * @param environment {@code KEY=VALUE}
 * @param user {@code ""}, {@code user}, {@code uid}, or either with {@code :group}; looked up in
 *     the root's own /etc/passwd and /etc/group
 * @param network empty: the engine's host namespace
 * @param mounts bind mounts, among them /etc/hosts, /etc/hostname and /etc/resolv.conf
 * @param addedCapabilities without {@code CAP_}, or {@code ALL}
 * @param isStdinOpen whether the process's standard input stays open for an attached client
 * @param isStdinOnce whether a client may end that input; else it stays open while the container
 *     lives, also without a client or an engine
 * @param terminal the size of the process's terminal; empty: it has none
 * @param log conmon's k8s-file log
 * @param inheritedFds descriptors that conmon shall keep while it lives (held ports), never the
 *     container
 * @param isolation where it names containers, by their ids
 */
public record ProcessSpec(
    String id,
    Path root,
    List<String> arguments,
    List<String> environment,
    String workingDirectory,
    String user,
    String hostname,
    Optional<Path> network,
    List<BindMount> mounts,
    Set<String> addedCapabilities,
    Set<String> droppedCapabilities,
    boolean isPrivileged,
    boolean isStdinOpen,
    boolean isStdinOnce,
    Optional<ConsoleSize> terminal,
    Path log,
    List<Integer> inheritedFds,
    Limits limits,
    Isolation isolation) {

  /**
   * @param source on the host; exists
   * @param target absolute, in the container
   */
  public record BindMount(Path source, String target, boolean isReadOnly) {}
}
