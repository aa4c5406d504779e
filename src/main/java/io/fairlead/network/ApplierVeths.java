package io.fairlead.network;

import io.fairlead.linux.Errno;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.netlink.Link;
import io.fairlead.linux.netlink.LinkChange;
import io.fairlead.linux.netlink.Links;
import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.linux.netlink.Message;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.linux.netlink.Request;
import io.fairlead.linux.netlink.Veth;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The applier's hand for the birth of veth pairs: one end in its bridge and up, the other inside.
 */
final class ApplierVeths {
  private final NetlinkSocket links;

  /**
   * @param links of the host; the caller's
   */
  ApplierVeths(NetlinkSocket links) {
    this.links = links;
  }

  /** Makes a pair and marks it in the same call: no crash can leave a link that nobody knows. */
  Link make(Fact.Veth veth, Interior interior) {
    return born(veth, links.batch(List.of(birth(veth, interior), markOf(veth))));
  }

  /** Makes a pair that dies with its namespace, which must have no pin yet. */
  Link makeUnmarked(Fact.Veth veth, Interior interior) {
    return born(veth, links.batch(List.of(birth(veth, interior))));
  }

  void mark(Fact.Veth veth) {
    links.request(markOf(veth));
  }

  private Request birth(Fact.Veth veth, Interior interior) {
    // A link is born with its namespace's default; changing it afterwards would wait for the links'
    // lock. Every pair so comes with its own.
    interior.run(() -> Sysctls.write(Facts.disableIpv6("default"), veth.hasIpv6() ? "0" : "1"));
    int bridge =
        Links.index(links, veth.bridge())
            .orElseThrow(() -> new KernelException("find bridge", veth.bridge(), Errno.ENODEV));
    return Links.addVeth(
        new Veth(
            veth.hostEnd(),
            MacAddress.random(RandomGenerator.getDefault()),
            veth.containerEnd(),
            veth.mac(),
            interior.namespace().number(),
            veth.mtuBytes(),
            bridge,
            0));
  }

  private static Request markOf(Fact.Veth veth) {
    return LinkChange.of(veth.hostEnd())
        .alias(veth.owner())
        .hairpin(veth.isHairpin())
        .learning(veth.isLearning())
        .request();
  }

  private Link born(Fact.Veth veth, List<List<Message>> answers) {
    return Links.born(answers.getFirst())
        .or(() -> Links.find(links, veth.hostEnd()))
        .orElseThrow(() -> new KernelException("find veth", veth.hostEnd(), Errno.ENODEV));
  }
}
