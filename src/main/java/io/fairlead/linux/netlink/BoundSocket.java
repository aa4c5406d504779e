package io.fairlead.linux.netlink;

import java.net.InetAddress;

/**
 * A socket of some process that has a port.
 *
 * @param address any-address where it takes the port on all of them
 * @param isListening false for UDP, for a connection, and for a TCP socket that is bound and silent
 * @param inode as in {@code /proc/PID/fd}: {@code socket:[inode]}; 0 if no process has it any more
 * @param uid of the user that made it
 */
public record BoundSocket(
    InetAddress address, int port, boolean isListening, long inode, int uid) {}
