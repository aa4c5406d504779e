/**
 * Archives of files: tar read and written entry by entry, and trees of files packed and unpacked
 * without ever following a link out of them. Uses only the kernel. Start reading at {@link
 * io.fairlead.archive.Packer} and {@link io.fairlead.archive.RootUnpacker}.
 */
@NullMarked
package io.fairlead.archive;

import org.jspecify.annotations.NullMarked;
