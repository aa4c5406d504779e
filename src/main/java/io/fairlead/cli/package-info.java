/**
 * The command line; talks to the daemon over its socket only. Start reading at {@link
 * io.fairlead.cli.Main}.
 */
@NullMarked
package io.fairlead.cli;

import org.jspecify.annotations.NullMarked;
