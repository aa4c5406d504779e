package io.fairlead.runtime;

import java.time.Instant;

/**
 * How a container ended.
 *
 * @param code 0..255; 128 and the signal's number where a signal ended it
 */
public record ExitStatus(int code, boolean oomKilled, Instant at) {}
