package io.fairlead.linux.netlink;

import java.net.InetAddress;

/** An address and port. */
public record Place(InetAddress address, int port) {}
