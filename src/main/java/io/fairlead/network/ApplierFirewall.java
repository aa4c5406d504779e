package io.fairlead.network;

import io.fairlead.linux.Nftables;
import io.fairlead.linux.Programs;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.linux.netlink.Request;
import io.fairlead.network.firewall.ElementCodec;
import io.fairlead.network.firewall.FirewallElement;
import io.fairlead.network.firewall.FirewallTable;
import io.fairlead.network.firewall.ForeignChain;
import io.fairlead.network.firewall.Ruleset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The applier's hand for the firewall: the skeleton by libnftables, elements by netlink. */
final class ApplierFirewall implements AutoCloseable {
  private final Ruleset ruleset;
  private final String foreignComment;
  private final Nftables nftables;
  private final NetlinkSocket netfilter;
  private final ElementCodec codec;
  private final Connections connections;

  /**
   * @param foreignComment of our rules in chains of other firewalls
   * @param nftables the caller's
   * @param netfilter of NETLINK_NETFILTER; closed with this
   */
  ApplierFirewall(
      Ruleset ruleset, String foreignComment, Nftables nftables, NetlinkSocket netfilter) {
    this.ruleset = ruleset;
    this.foreignComment = foreignComment;
    this.nftables = nftables;
    this.netfilter = netfilter;
    this.codec = new ElementCodec(ruleset);
    this.connections = new Connections(netfilter);
  }

  /**
   * Makes a table, or mends what there is of it.
   *
   * @param present the rules that it has
   */
  void putSkeleton(Fact.Skeleton skeleton, List<String> present) {
    nftables.run(ruleset.skeleton(skeleton.table(), skeleton.rules(), present));
  }

  void removeSkeleton(FirewallTable table) {
    nftables.run(ruleset.drop(table));
  }

  void add(ForeignChain chain) {
    switch (chain) {
      case ForeignChain.Nft nft -> nftables.run(nft.insertRule(foreignComment));
      case ForeignChain.Legacy legacy -> Programs.run(legacy.command("-I", foreignComment));
    }
  }

  void remove(ForeignChain chain) {
    switch (chain) {
      case ForeignChain.Nft nft -> {
        String listing = nftables.run(nft.listing(), Set.of(Nftables.Output.HANDLE));
        nft.deleteRule(listing, foreignComment).ifPresent(nftables::run);
      }
      case ForeignChain.Legacy legacy -> Programs.run(legacy.command("-D", foreignComment));
    }
  }

  /**
   * Changes elements, all or nothing, removals first: a port can so move between sandboxes. Then
   * the connections of what is gone are forgotten.
   */
  void transact(List<Change> elements) {
    var gone = new ArrayList<FirewallElement>();
    var added = new ArrayList<FirewallElement>();
    for (Change change : elements) {
      switch (change) {
        case Change.Add(Fact fact) -> added.add(element(fact));
        case Change.Alter(Fact from, Fact to) -> {
          gone.add(element(from));
          added.add(element(to));
        }
        case Change.Remove(Fact fact) -> gone.add(element(fact));
      }
    }
    List<Request> requests = new ArrayList<>(codec.deletions(gone));
    requests.addAll(codec.additions(added));
    netfilter.transaction(requests);
    connections.forget(gone);
  }

  private static FirewallElement element(Fact fact) {
    return ((Fact.Element) fact).element();
  }

  @Override
  public void close() {
    netfilter.close();
  }
}
