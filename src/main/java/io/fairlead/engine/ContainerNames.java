package io.fairlead.engine;

import io.fairlead.InvalidRequest;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Names of containers: Docker's rule for given ones, and a stock of our own for the others. */
final class ContainerNames {
  private static final Pattern VALID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");

  private static final List<String> MANNERS =
      List.of(
          "ample", "brisk", "calm", "candid", "clever", "deft", "dry", "eager", "fair", "fleet",
          "frank", "gentle", "glad", "hardy", "honest", "jolly", "keen", "lively", "lucid", "merry",
          "mild", "neat", "nimble", "patient", "plain", "prompt", "quiet", "ready", "sage", "sober",
          "spry", "steady", "sturdy", "tidy", "trim", "upbeat", "vivid", "warm", "wry", "zesty");

  /** People to whom the network owes something. */
  private static final List<String> PEOPLE =
      List.of(
          "baran",
          "bartik",
          "boggs",
          "cailliau",
          "cerf",
          "clark",
          "crocker",
          "davies",
          "engelbart",
          "estrin",
          "feinler",
          "floyd",
          "holberton",
          "hopper",
          "jacobson",
          "kahn",
          "karn",
          "kleinrock",
          "lamarr",
          "licklider",
          "metcalfe",
          "mills",
          "mockapetris",
          "perlman",
          "postel",
          "pouzin",
          "roberts",
          "saltzer",
          "shannon",
          "stewart",
          "taylor",
          "zimmermann");

  private ContainerNames() {}

  /**
   * The name without its leading slash.
   *
   * @throws InvalidRequest in Docker's words
   */
  static String valid(String given) {
    String name = given.startsWith("/") ? given.substring(1) : given;
    if (!VALID.matcher(name).matches()) {
      throw new InvalidRequest(
          "Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
              .formatted(given));
    }
    return name;
  }

  /**
   * A name such as {@code keen_postel}.
   *
   * @param attempt from 0; with each one that was taken a longer name is made
   */
  static String madeUp(RandomGenerator random, int attempt) {
    String name =
        MANNERS.get(random.nextInt(MANNERS.size()))
            + "_"
            + PEOPLE.get(random.nextInt(PEOPLE.size()));
    return attempt == 0 ? name : name + random.nextInt(10 << Math.min(attempt * 3, 26));
  }
}
