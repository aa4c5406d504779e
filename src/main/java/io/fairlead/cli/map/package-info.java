/**
 * Draws the map of a network, as the daemon tells it, for people: as lines of text and as a
 * picture. Pure functions: equal maps make equal texts. Start reading at {@link
 * io.fairlead.cli.map.PictureOfMap}.
 */
@NullMarked
package io.fairlead.cli.map;

import org.jspecify.annotations.NullMarked;
