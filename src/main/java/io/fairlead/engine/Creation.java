package io.fairlead.engine;

import io.fairlead.Conflict;
import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.engine.Containers.Created;
import io.fairlead.image.Image;
import io.fairlead.image.ImageConfig;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.Records;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Checks what a create asks for, and makes the record of it. Nothing else is made before a start.
 */
final class Creation {
  /** HOST_NAME_MAX of linux/limits.h is 64; what sethostname(2) takes is not told further. */
  private static final Pattern HOSTNAME = Pattern.compile("[a-zA-Z0-9]([a-zA-Z0-9._-]{0,62})");

  private final Rooms rooms;
  private final Machine machine;
  private final RandomGenerator random;

  Creation(Rooms rooms, Machine machine, RandomGenerator random) {
    this.rooms = rooms;
    this.machine = machine;
    this.random = random;
  }

  Created create(Optional<String> name, ContainerSpec spec) {
    Optional<String> valid = name.map(ContainerNames::valid);
    checkForm(spec);
    checkLimits(spec);
    Image image = image(spec.image());
    var plan = RunPlan.of(spec, image.config());
    String id = newId();
    var complete = withIds(withDefaults(withLabels(spec, image.config())));
    var kept = new Kept(complete, plan, hostname(id, spec));
    rooms.networks().check(kept.networkRequest());
    var row = rooms.store().write(records -> insert(records, id, valid, image, kept));
    rooms.events().container(row, "create");
    return new Created(id, warnings(spec));
  }

  /** An image's labels are its containers' too. */
  private static ContainerSpec withLabels(ContainerSpec spec, ImageConfig image) {
    var labels = new LinkedHashMap<>(image.labels());
    labels.putAll(spec.labels());
    return spec.withLabels(labels);
  }

  private void checkLimits(ContainerSpec spec) {
    LimitRules.check(spec.limits(), machine.cpus());
    rooms.runtime().controls().check(spec.limits());
    rooms.runtime().controls().check(spec.isolation());
  }

  /** What was left open and is decided now, so that inspect shows it. */
  private ContainerSpec withDefaults(ContainerSpec spec) {
    return spec.withLimits(LimitRules.withDefaults(spec.limits()))
        .withIsolation(
            spec.isolation().withDefaults(rooms.runtime().controls().hasCgroupNamespace()));
  }

  /**
   * Containers whose namespaces are joined are known by their ids from now on, whatever they are
   * called later. An unknown one is told at the start.
   */
  private ContainerSpec withIds(ContainerSpec spec) {
    return spec.withNetworkMode(withId(spec.networkMode()))
        .withIsolation(
            spec.isolation()
                .withModes(withId(spec.isolation().ipc()), withId(spec.isolation().pid())));
  }

  private String withId(String mode) {
    return Donors.joined(mode)
        .filter(name -> !name.isEmpty())
        .flatMap(name -> rooms.store().read(records -> References.find(records, name)))
        .map(row -> Donors.JOINING + row.id())
        .orElse(mode);
  }

  private static void checkForm(ContainerSpec spec) {
    Capabilities.canonical("CapAdd", spec.addedCapabilities());
    Capabilities.canonical("CapDrop", spec.droppedCapabilities());
    Binds.parse(spec.binds());
    IsolationRules.check(spec);
    if (spec.hostname().isEmpty()) {
      return;
    }
    if (!HOSTNAME.matcher(spec.hostname()).matches()) {
      throw new InvalidRequest(
          "invalid hostname \"%s\": it has letters, digits, '-', '_' and '.', at most 63"
              .formatted(spec.hostname()));
    }
    if (Kept.joined(spec).isPresent()) {
      throw new InvalidRequest("conflicting options: hostname and the network mode");
    }
  }

  private Image image(String reference) {
    return rooms.images().findOrMake(reference);
  }

  private String newId() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private String hostname(String id, ContainerSpec spec) {
    if (!spec.hostname().isEmpty()) {
      return spec.hostname();
    }
    if (Kept.joined(spec).isPresent()) {
      return "";
    }
    boolean isTheHosts = spec.networkMode().equals("host") || spec.isolation().uts().equals("host");
    return isTheHosts ? machine.hostname() : Lives.shortId(id);
  }

  private ContainerRow insert(
      Records records, String id, Optional<String> name, Image image, Kept kept) {
    if (records.image(image.id()).filter(row -> !row.isRemoved()).isEmpty()) {
      throw new NotFound("No such image: " + kept.spec().image()); // it was removed just now
    }
    String free =
        name.map(given -> unlessTaken(records, given)).orElseGet(() -> unusedName(records));
    var row = Lives.created(id, free, image.id(), kept.toJson(), Instant.now());
    records.put(row);
    return row;
  }

  private static String unlessTaken(Records records, String name) {
    Optional<ContainerRow> holder = records.containerByName(name);
    if (holder.isPresent()) {
      throw new Conflict(
          "Conflict. The container name \"/%s\" is already in use by container \"%s\". You have to remove (or rename) that container to be able to reuse that name."
              .formatted(name, holder.get().id()));
    }
    return name;
  }

  private String unusedName(Records records) {
    int attempt = 0;
    String name = ContainerNames.madeUp(random, attempt);
    while (records.containerByName(name).isPresent()) {
      attempt++;
      name = ContainerNames.madeUp(random, attempt);
    }
    return name;
  }

  /** A port that is asked for where none can be published is no error, and is not kept silent. */
  private static List<String> warnings(ContainerSpec spec) {
    boolean asksForPorts = !spec.portBindings().isEmpty();
    boolean hasNone = Set.of("host", "none").contains(spec.networkMode());
    return asksForPorts && hasNone
        ? List.of(
            "Published ports are discarded when using %s network mode"
                .formatted(spec.networkMode()))
        : List.of();
  }
}
