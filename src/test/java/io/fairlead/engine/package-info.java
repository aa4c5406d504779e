@NullMarked
package io.fairlead.engine;

import org.jspecify.annotations.NullMarked;
