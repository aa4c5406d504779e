package io.fairlead.engine;

import io.fairlead.Conflict;
import io.fairlead.runtime.Isolation;
import io.fairlead.store.ContainerRow;
import java.util.Optional;

/** The containers whose namespaces others join; they are found by name, and have to run. */
record Donors(Rooms rooms) {
  static final String JOINING = "container:";

  /** The reference of the container whose namespace a mode joins: {@code container:NAME}. */
  static Optional<String> joined(String mode) {
    return mode.startsWith(JOINING)
        ? Optional.of(mode.substring(JOINING.length()))
        : Optional.empty();
  }

  /**
   * The same with the containers' ids in place of their names.
   *
   * @throws Conflict in Docker's words, if one does not run or does not share
   */
  Isolation resolve(Isolation isolation) {
    String ipc = isolation.ipc();
    String pid = isolation.pid();
    if (ipc.startsWith(JOINING)) {
      var donor = running(ipc, "IPC");
      if (!Kept.of(donor).spec().isolation().ipc().equals("shareable")) {
        throw new Conflict(
            "can't join IPC of container %s: non-shareable IPC (hint: use IpcMode:shareable for the donor container)"
                .formatted(donor.id()));
      }
      ipc = JOINING + donor.id();
    }
    if (pid.startsWith(JOINING)) {
      pid = JOINING + running(pid, "PID").id();
    }
    return isolation.withModes(ipc, pid);
  }

  private ContainerRow running(String mode, String namespace) {
    String reference = mode.substring(JOINING.length());
    var donor = rooms.store().read(records -> References.resolve(records, reference));
    if (!Lives.isLive(donor.state())) {
      throw new Conflict(
          "cannot join %s of a non running container: %s".formatted(namespace, donor.id()));
    }
    return donor;
  }
}
