package io.fairlead.linux.netlink;

import io.fairlead.linux.Errno;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import java.util.List;

/**
 * Entries of a bridge's forwarding table that bind a MAC to a port, whatever other ports send
 * (linux/neighbour.h: NTF_STICKY, from Linux 4.20 on).
 */
public final class ForwardingEntries {
  private static final int STICKY = Rtnetlink.NTF_MASTER | Rtnetlink.NTF_STICKY;

  private ForwardingEntries() {}

  /**
   * Binds a MAC to a port; one that the bridge has learned already is taken over.
   *
   * @param portIndex of a link that has its bridge
   */
  public static Request add(int portIndex, MacAddress mac) {
    int flags = Netlink.NLM_F_CREATE | Netlink.NLM_F_REPLACE;
    return message(Rtnetlink.RTM_NEWNEIGH, flags, portIndex, Rtnetlink.NUD_NOARP, STICKY)
        .attribute(Rtnetlink.NDA_LLADDR, mac.toBytes())
        .request("bind " + mac + " to port", "index " + portIndex);
  }

  /** ENOENT if the bridge does not know the MAC. */
  public static Request delete(int portIndex, MacAddress mac) {
    return message(Rtnetlink.RTM_DELNEIGH, 0, portIndex, 0, Rtnetlink.NTF_MASTER)
        .attribute(Rtnetlink.NDA_LLADDR, mac.toBytes())
        .request("unbind " + mac + " from port", "index " + portIndex);
  }

  /** Whether the MAC is bound to this port; learned there is not enough. */
  public static boolean has(NetlinkSocket socket, int portIndex, MacAddress mac) {
    var question =
        message(Rtnetlink.RTM_GETNEIGH, 0, portIndex, 0, Rtnetlink.NTF_MASTER)
            .attribute(Rtnetlink.NDA_LLADDR, mac.toBytes())
            .request("find " + mac + " at port", "index " + portIndex);
    try {
      List<Message> answers = socket.request(question);
      return answers.stream()
          .anyMatch(
              entry -> entry.u32(4) == portIndex && (entry.u8(10) & Rtnetlink.NTF_STICKY) != 0);
    } catch (KernelException e) {
      // EINVAL: the link has no bridge.
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.EINVAL) {
        return false;
      }
      throw e;
    }
  }

  /** struct ndmsg */
  private static MessageWriter message(
      int type, int flags, int portIndex, int state, int entryFlags) {
    return new MessageWriter(type, flags)
        .u8(Libc.AF_BRIDGE)
        .zeros(3)
        .u32(portIndex)
        .u16(state)
        .u8(entryFlags)
        .u8(0);
  }
}
