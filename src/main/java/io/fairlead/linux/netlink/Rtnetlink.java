package io.fairlead.linux.netlink;

/** Constants of linux/rtnetlink.h and what it uses; each group names its header. */
final class Rtnetlink {
  static final int RTM_NEWLINK = 16;
  static final int RTM_DELLINK = 17;
  static final int RTM_GETLINK = 18;
  static final int RTM_NEWADDR = 20;
  static final int RTM_DELADDR = 21;
  static final int RTM_GETADDR = 22;
  static final int RTM_NEWROUTE = 24;
  static final int RTM_DELROUTE = 25;
  static final int RTM_GETROUTE = 26;
  static final int RTM_NEWNEIGH = 28;
  static final int RTM_DELNEIGH = 29;
  static final int RTM_GETNEIGH = 30;

  /** sizeof(struct ifinfomsg) */
  static final int IFINFOMSG_BYTES = 16;

  /** sizeof(struct rtmsg) */
  static final int RTMSG_BYTES = 12;

  static final int RT_TABLE_MAIN = 254;
  static final int RTPROT_BOOT = 3;
  static final int RTPROT_RA = 9;
  static final int RT_SCOPE_UNIVERSE = 0;
  static final int RT_SCOPE_LINK = 253;
  static final int RTN_UNICAST = 1;
  static final int RTA_DST = 1;
  static final int RTA_OIF = 4;
  static final int RTA_GATEWAY = 5;
  static final int RTA_PRIORITY = 6;
  static final int RTA_MULTIPATH = 9;
  static final int RTA_TABLE = 15;
  static final int RTEXT_FILTER_SKIP_STATS = 1 << 3;

  /** linux/if.h */
  static final int IFF_UP = 1;

  static final int IFNAMSIZ = 16;
  static final int IFALIASZ = 256;

  /** linux/if_link.h */
  static final int IFLA_ADDRESS = 1;

  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_LINK = 5;
  static final int IFLA_MASTER = 10;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_IFALIAS = 20;
  static final int IFLA_GROUP = 27;
  static final int IFLA_NET_NS_FD = 28;
  static final int IFLA_EXT_MASK = 29;
  static final int IFLA_NUM_TX_QUEUES = 31;
  static final int IFLA_NUM_RX_QUEUES = 32;
  static final int IFLA_LINK_NETNSID = 37;
  static final int IFLA_INFO_KIND = 1;
  static final int IFLA_INFO_DATA = 2;
  static final int IFLA_INFO_SLAVE_KIND = 4;
  static final int IFLA_INFO_SLAVE_DATA = 5;
  static final int IFLA_BR_FORWARD_DELAY = 1;
  static final int IFLA_BR_STP_STATE = 5;
  static final int IFLA_BRPORT_MODE = 4;
  static final int IFLA_BRPORT_LEARNING = 8;

  /** linux/veth.h */
  static final int VETH_INFO_PEER = 1;

  /** linux/if_addr.h */
  static final int IFADDRMSG_BYTES = 8;

  static final int IFA_ADDRESS = 1;
  static final int IFA_LOCAL = 2;
  static final int IFA_BROADCAST = 4;
  static final int IFA_F_NODAD = 0x02;

  /** linux/neighbour.h; sizeof(struct ndmsg) */
  static final int NDMSG_BYTES = 12;

  static final int NDA_LLADDR = 2;
  static final int NUD_NOARP = 0x40;
  static final int NTF_MASTER = 0x04;
  static final int NTF_STICKY = 0x40;

  private Rtnetlink() {}
}
