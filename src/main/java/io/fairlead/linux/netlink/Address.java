package io.fairlead.linux.netlink;

import java.net.InetAddress;

/**
 * An IP address on a link.
 *
 * @param prefixLength in bits: what is reached directly through the link
 * @param isNoDad v6: usable at once, without asking whether somebody else has it (IFA_F_NODAD).
 *     False for v4
 */
public record Address(int linkIndex, InetAddress address, int prefixLength, boolean isNoDad) {}
