package io.fairlead.engine;

import java.time.Instant;
import java.util.Map;

/**
 * Something that happened in an engine, in Docker's words.
 *
 * @param action {@code start}, {@code die}, {@code exec_create: sh -c true}, ...
 * @param id of the object; empty where it is about none (a pruning)
 * @param attributes its name, its labels, and what else there is to say
 * @param at later than that of every event before it
 */
public record Event(
    Type type, String action, String id, Map<String, String> attributes, Instant at) {

  public enum Type {
    CONTAINER,
    IMAGE,
    NETWORK,
    VOLUME,
    DAEMON
  }
}
