package io.fairlead.linux.netlink;

/** Constants of linux/inet_diag.h and linux/sock_diag.h, and states of net/tcp_states.h. */
final class InetDiag {
  static final int SOCK_DIAG_BY_FAMILY = 20;

  /** sizeof(struct inet_diag_msg) and offsets in it */
  static final int INET_DIAG_MSG_BYTES = 72;

  static final int IDIAG_STATE = 1;
  static final int IDIAG_SPORT = 4;
  static final int IDIAG_SRC = 8;
  static final int IDIAG_UID = 64;
  static final int IDIAG_INODE = 68;

  static final int INET_DIAG_SKV6ONLY = 11;

  static final int TCP_LISTEN = 10;

  /** Bound, neither listening nor connected; from Linux 6.8 on. */
  static final int TCP_BOUND_INACTIVE = 13;

  private InetDiag() {}
}
