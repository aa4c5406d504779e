package io.fairlead.linux.netlink;

import java.util.ArrayList;
import java.util.List;

/**
 * Messages that add and delete elements of nf_tables sets and maps (linux/netfilter/nf_tables.h).
 * They go by {@link NetlinkSocket#transaction} of a NETLINK_NETFILTER socket, and cost the same
 * however large the table is.
 */
public final class SetElements {
  /** A nested attribute holds 64 KiB; an element of two v6 addresses and ports takes 150 bytes. */
  private static final int MOST_IN_ONE_MESSAGE = 256;

  /** A table's family (NFPROTO_INET, NFPROTO_BRIDGE of linux/netfilter.h). */
  public enum Family {
    INET(1),
    BRIDGE(7);

    private final int number;

    Family(int number) {
      this.number = number;
    }
  }

  /** The set that elements are in. */
  public record Set(Family family, String table, String name) {}

  private SetElements() {}

  /** One that is there already with the same data is left; with other data it is EEXIST. */
  public static List<Request> add(Set set, List<SetElement> elements) {
    return messages(Nfnetlink.NEWSETELEM, Netlink.NLM_F_CREATE, "add element", set, elements);
  }

  /**
   * ENOENT if one is missing. A range must be given exactly: the kernel would delete whatever
   * contains its start.
   */
  public static List<Request> delete(Set set, List<SetElement> elements) {
    return messages(Nfnetlink.DELSETELEM, 0, "delete element", set, elements);
  }

  private static List<Request> messages(
      int type, int flags, String operation, Set set, List<SetElement> elements) {
    var requests = new ArrayList<Request>();
    for (int from = 0; from < elements.size(); from += MOST_IN_ONE_MESSAGE) {
      var some = elements.subList(from, Math.min(elements.size(), from + MOST_IN_ONE_MESSAGE));
      requests.add(
          new MessageWriter(type, flags)
              .u8(set.family().number)
              .u8(0)
              .u16Be(0)
              .attributeString(Nfnetlink.NFTA_SET_ELEM_LIST_TABLE, set.table())
              .attributeString(Nfnetlink.NFTA_SET_ELEM_LIST_SET, set.name())
              .nested(
                  Nfnetlink.NFTA_SET_ELEM_LIST_ELEMENTS,
                  list ->
                      some.forEach(
                          element ->
                              list.nested(Nfnetlink.NFTA_LIST_ELEM, one -> write(one, element))))
              .request(operation, set.name()));
    }
    return requests;
  }

  private static void write(MessageWriter out, SetElement element) {
    if (element.isRangeEnd) {
      out.attributeU32Be(Nfnetlink.NFTA_SET_ELEM_FLAGS, Nfnetlink.NFT_SET_ELEM_INTERVAL_END);
    }
    value(out, Nfnetlink.NFTA_SET_ELEM_KEY, element.key);
    byte[] keyEnd = element.keyEnd;
    if (keyEnd != null) {
      value(out, Nfnetlink.NFTA_SET_ELEM_KEY_END, keyEnd);
    }
    if (element.data.length > 0) {
      value(out, Nfnetlink.NFTA_SET_ELEM_DATA, element.data);
    }
  }

  private static void value(MessageWriter out, int attribute, byte[] bytes) {
    out.nested(attribute, data -> data.attribute(Nfnetlink.NFTA_DATA_VALUE, bytes));
  }
}
