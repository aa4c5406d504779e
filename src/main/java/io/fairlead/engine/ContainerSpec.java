package io.fairlead.engine;

import io.fairlead.network.port.PortBinding;
import io.fairlead.runtime.ConsoleSize;
import io.fairlead.runtime.Isolation;
import io.fairlead.runtime.Limits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a create asked for, already understood and checked for form, as it is kept in the records.
 *
 * @param image as the client named it
 * @param entrypoint empty: the image's; a list with one empty string: none
 * @param command empty: the image's, unless an entrypoint was given
 * @param hostname empty: the first 12 digits of the id, or in host mode the host's
 * @param consoleSize the size that its terminal begins with
 * @param networkMode {@code default}, {@code bridge}, {@code host}, {@code none}, {@code
 *     container:ID} (of one unknown at its create: {@code container:NAME}), or a network's name or
 *     id
 * @param exposedPorts {@code 80/tcp}, the image's not among them
 * @param portBindings by container port ({@code 80/tcp})
 * @param publishAllPorts {@code -P}
 * @param binds {@code source:target[:ro]}
 * @param stopSignal name or number; empty: the image's, else SIGTERM
 */
public record ContainerSpec(
    String image,
    Optional<List<String>> entrypoint,
    Optional<List<String>> command,
    List<String> environment,
    String workingDirectory,
    String user,
    String hostname,
    Map<String, String> labels,
    boolean attachStdin,
    boolean attachStdout,
    boolean attachStderr,
    boolean openStdin,
    boolean stdinOnce,
    boolean tty,
    ConsoleSize consoleSize,
    String networkMode,
    Set<String> exposedPorts,
    Map<String, List<PortBinding>> portBindings,
    boolean publishAllPorts,
    List<String> binds,
    Set<String> addedCapabilities,
    Set<String> droppedCapabilities,
    boolean isPrivileged,
    boolean autoRemove,
    String stopSignal,
    Optional<Integer> stopTimeoutSeconds,
    Limits limits,
    Isolation isolation,
    RestartPolicy restartPolicy) {

  /** The same with other labels. */
  ContainerSpec withLabels(Map<String, String> other) {
    return with(other, networkMode, limits, isolation, restartPolicy);
  }

  /** The same in another network mode. */
  ContainerSpec withNetworkMode(String other) {
    return with(labels, other, limits, isolation, restartPolicy);
  }

  /** The same with other limits. */
  ContainerSpec withLimits(Limits other) {
    return with(labels, networkMode, other, isolation, restartPolicy);
  }

  /** The same, isolated otherwise. */
  ContainerSpec withIsolation(Isolation other) {
    return with(labels, networkMode, limits, other, restartPolicy);
  }

  /** The same with another restart policy. */
  ContainerSpec withRestartPolicy(RestartPolicy other) {
    return with(labels, networkMode, limits, isolation, other);
  }

  private ContainerSpec with(
      Map<String, String> otherLabels,
      String otherMode,
      Limits otherLimits,
      Isolation otherIsolation,
      RestartPolicy otherPolicy) {
    return new ContainerSpec(
        image,
        entrypoint,
        command,
        environment,
        workingDirectory,
        user,
        hostname,
        otherLabels,
        attachStdin,
        attachStdout,
        attachStderr,
        openStdin,
        stdinOnce,
        tty,
        consoleSize,
        otherMode,
        exposedPorts,
        portBindings,
        publishAllPorts,
        binds,
        addedCapabilities,
        droppedCapabilities,
        isPrivileged,
        autoRemove,
        stopSignal,
        stopTimeoutSeconds,
        otherLimits,
        otherIsolation,
        otherPolicy);
  }
}
