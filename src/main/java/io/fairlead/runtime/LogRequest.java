package io.fairlead.runtime;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * @param tail the last so many lines; empty: all
 * @param until lines after it are left out, and end a follow
 */
public record LogRequest(
    boolean follow,
    boolean stdout,
    boolean stderr,
    OptionalInt tail,
    Optional<Instant> since,
    Optional<Instant> until) {}
