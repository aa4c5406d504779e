/**
 * The kernel, through {@code java.lang.foreign}: system calls, errno, descriptors, namespaces,
 * mounts, spawning, and libnftables. Every native declaration is in {@link io.fairlead.linux.Libc}
 * or {@link io.fairlead.linux.Nftables}. Uses nothing of ours but the failures. Start reading at
 * {@link io.fairlead.linux.Libc}.
 */
@NullMarked
package io.fairlead.linux;

import org.jspecify.annotations.NullMarked;
