/**
 * The composition root and the lives of containers. Knows neither HTTP nor the command line. Start
 * reading at {@link io.fairlead.engine.Engine}.
 */
@NullMarked
package io.fairlead.engine;

import org.jspecify.annotations.NullMarked;
