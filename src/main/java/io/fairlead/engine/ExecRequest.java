package io.fairlead.engine;

import io.fairlead.runtime.ConsoleSize;
import java.util.List;

/**
 * What an exec was asked to be, as it is kept in its record.
 *
 * @param workingDirectory empty: the container's
 * @param user empty: the container's
 * @param detachKeys as the client said them; empty: the usual ones
 */
public record ExecRequest(
    List<String> command,
    List<String> environment,
    String workingDirectory,
    String user,
    boolean isPrivileged,
    boolean attachStdin,
    boolean attachStdout,
    boolean attachStderr,
    boolean tty,
    ConsoleSize consoleSize,
    String detachKeys) {}
