/**
 * Netlink: messages as records to bytes and back, and one socket class. The codec knows bytes and
 * nothing else. Start reading at {@code Message} and {@code NetlinkSocket}.
 */
@NullMarked
package io.fairlead.linux.netlink;

import org.jspecify.annotations.NullMarked;
