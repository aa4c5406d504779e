package io.fairlead.linux.netlink;

/**
 * Constants of linux/netfilter/nfnetlink.h, linux/netfilter/nfnetlink_conntrack.h and
 * linux/netfilter/nf_tables.h.
 */
final class Nfnetlink {
  /** NFNL_SUBSYS_CTNETLINK in the high byte, IPCTNL_MSG_CT_GET and _DELETE in the low one */
  static final int CT_GET = 1 << 8 | 1;

  static final int CT_DELETE = 1 << 8 | 2;

  static final int BATCH_BEGIN = 0x10;
  static final int BATCH_END = 0x11;
  static final int SUBSYS_NFTABLES = 10;

  /** NFNL_SUBSYS_NFTABLES in the high byte, NFT_MSG_NEWSETELEM and _DELSETELEM in the low one */
  static final int NEWSETELEM = SUBSYS_NFTABLES << 8 | 12;

  static final int DELSETELEM = SUBSYS_NFTABLES << 8 | 14;
  static final int NFTA_LIST_ELEM = 1;
  static final int NFTA_SET_ELEM_LIST_TABLE = 1;
  static final int NFTA_SET_ELEM_LIST_SET = 2;
  static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;
  static final int NFTA_SET_ELEM_KEY = 1;
  static final int NFTA_SET_ELEM_DATA = 2;
  static final int NFTA_SET_ELEM_FLAGS = 3;
  static final int NFTA_SET_ELEM_KEY_END = 10;
  static final int NFTA_DATA_VALUE = 1;
  static final int NFT_SET_ELEM_INTERVAL_END = 1;

  /** sizeof(struct nfgenmsg) */
  static final int NFGENMSG_BYTES = 4;

  static final int CTA_TUPLE_ORIG = 1;
  static final int CTA_TUPLE_REPLY = 2;
  static final int CTA_FILTER = 25;
  static final int CTA_TUPLE_IP = 1;
  static final int CTA_TUPLE_PROTO = 2;
  static final int CTA_IP_V4_SRC = 1;
  static final int CTA_IP_V4_DST = 2;
  static final int CTA_IP_V6_SRC = 3;
  static final int CTA_IP_V6_DST = 4;
  static final int CTA_PROTO_NUM = 1;
  static final int CTA_PROTO_SRC_PORT = 2;
  static final int CTA_PROTO_DST_PORT = 3;
  static final int CTA_FILTER_ORIG_FLAGS = 1;
  static final int CTA_FILTER_REPLY_FLAGS = 2;

  /** net/netfilter/nf_internals.h; part of the interface all the same */
  static final int CTA_FILTER_F_CTA_IP_SRC = 1;

  static final int CTA_FILTER_F_CTA_IP_DST = 1 << 1;
  static final int CTA_FILTER_F_CTA_PROTO_NUM = 1 << 3;
  static final int CTA_FILTER_F_CTA_PROTO_SRC_PORT = 1 << 4;
  static final int CTA_FILTER_F_CTA_PROTO_DST_PORT = 1 << 5;

  private Nfnetlink() {}
}
