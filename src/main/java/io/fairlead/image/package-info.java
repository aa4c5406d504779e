/**
 * What a container's root is made of: layers, images, tags, and the root file system put together
 * from them. Start reading at {@link io.fairlead.image.Images}.
 */
@NullMarked
package io.fairlead.image;

import org.jspecify.annotations.NullMarked;
