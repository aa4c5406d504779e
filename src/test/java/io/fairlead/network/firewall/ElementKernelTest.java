package io.fairlead.network.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.linux.KernelException;
import io.fairlead.linux.Nftables;
import io.fairlead.linux.PrivateNamespace;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.linux.netlink.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Elements that go by our own messages are those that nft means by the same text. */
@Tag("kernel")
class ElementKernelTest {
  private static final Ruleset RULESET = new Ruleset("0badcafe");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "BRIDGES            | \"docker0\"                             | -",
        "FOREIGN_BRIDGES    | \"docker0\"                             | -",
        "BRIDGES            | \"fifteen-bytes-x\"                     | -",
        "NEIGHBOURS         | \"docker0\" . \"br-1\"                  | -",
        "SUBNETS4           | 172.17.0.0/16                           | -",
        "SUBNETS4           | 255.255.255.0/24                        | -",
        "SUBNETS4           | 0.0.0.0/1                               | -",
        "SUBNETS6           | fd00:1::/64                             | -",
        "SUBNETS6           | ff00::/8                                | -",
        "HAIRPIN4           | 172.17.0.0/16 . 172.17.0.0/16           | -",
        "HAIRPIN6           | fd00:1::/64 . fd00:1::/64               | -",
        "PUBLISH4           | 192.0.2.1 . tcp . 8080                  | 172.17.0.2 . 80",
        "PUBLISH4_ANY       | udp . 53                                | 172.17.0.2 . 5353",
        "PUBLISH4_ANY       | tcp . 65535                             | 172.17.0.2 . 1",
        "PUBLISH4_RANGE     | 192.0.2.1 . tcp . 8000-8010             | 172.17.0.2",
        "PUBLISH4_RANGE_ANY | udp . 1-65535                           | 172.17.0.2",
        "PUBLISH6           | 2001:db8::1 . tcp . 8080                | fd00:1::2 . 80",
        "PUBLISH6_ANY       | udp . 53                                | fd00:1::2 . 5353",
        "PUBLISH6_RANGE     | 2001:db8::1 . tcp . 8000-8010           | fd00:1::2",
        "PUBLISH6_RANGE_ANY | tcp . 8000-8010                         | fd00:1::2",
        "LEASED4            | 172.17.0.2                              | -",
        "LEASED6            | 0xfd000001000000000000000000000002      | -",
        "LEASED6            | 0x64ff9b000000000000000000000001        | -",
        "SENDERS4           | \"vethfl01234567\" . 172.17.0.2       | -",
        "SENDERS6           | \"vethfl01234567\" . 0xfd000001000000000000000000000002 | -",
      })
  void nftReadsWhatWeAddAndWeDeleteWhatNftAdds(FirewallMap map, String key, String data) {
    var element = new FirewallElement(map, key, data == null ? "" : data);
    String place = "%s %s %s".formatted(map.table().nftFamily(), table(), map.nftName());
    inside(
        (nft, kernel) -> {
          kernel.transaction(codec().additions(List.of(element)));
          assertThat(elements(nft)).containsExactly(element);
          nft.run("delete element " + place + " { %s }".formatted(key));
          assertThat(elements(nft)).isEmpty();

          nft.run("add element " + place + " { %s }".formatted(element.text()));
          assertThat(elements(nft)).containsExactly(element);
          kernel.transaction(codec().deletions(List.of(element)));
          assertThat(elements(nft)).isEmpty();
        });
  }

  /** A map that a test row forgets would be one that nobody has tried. */
  @Test
  void everyMapIsInTheTable() throws NoSuchMethodException {
    var rows =
        ElementKernelTest.class
            .getDeclaredMethod(
                "nftReadsWhatWeAddAndWeDeleteWhatNftAdds",
                FirewallMap.class,
                String.class,
                String.class)
            .getAnnotation(CsvSource.class)
            .value();
    var tried = EnumSet.noneOf(FirewallMap.class);
    for (String row : rows) {
      tried.add(FirewallMap.valueOf(row.substring(0, row.indexOf('|')).strip()));
    }
    assertThat(tried).containsExactlyInAnyOrder(FirewallMap.values());
  }

  @Test
  void neighbouringSubnetsStayTwo() {
    var low = FirewallElement.of(FirewallMap.SUBNETS4, "10.0.0.0/16");
    var high = FirewallElement.of(FirewallMap.SUBNETS4, "10.1.0.0/16");
    inside(
        (nft, kernel) -> {
          kernel.transaction(codec().additions(List.of(high)));
          kernel.transaction(codec().additions(List.of(low)));
          assertThat(elements(nft)).containsExactlyInAnyOrder(low, high);
          kernel.transaction(codec().deletions(List.of(low)));
          assertThat(elements(nft)).containsExactly(high);
        });
  }

  @Test
  void thousandsGoInOneTransactionOrNoneOfThem() {
    List<FirewallElement> many =
        IntStream.rangeClosed(1, 5000)
            .mapToObj(
                port ->
                    new FirewallElement(
                        FirewallMap.PUBLISH6,
                        "2001:db8::1 . tcp . " + port,
                        "fd00:1::2 . " + (port + 1)))
            .toList();
    var missing = new FirewallElement(FirewallMap.PUBLISH4_ANY, "tcp . 9", "172.17.0.2 . 9");
    inside(
        (nft, kernel) -> {
          List<Request> refused = new ArrayList<>(codec().additions(many));
          refused.addAll(codec().deletions(List.of(missing)));
          assertThatThrownBy(() -> kernel.transaction(refused))
              .isInstanceOf(KernelException.class)
              .hasMessageContaining("delete element")
              .hasMessageContaining("publish4_any")
              .hasMessageContaining("ENOENT");
          assertThat(elements(nft)).isEmpty();
          kernel.transaction(codec().additions(many));
          assertThat(elements(nft)).hasSize(many.size());
          kernel.transaction(codec().deletions(many));
          assertThat(elements(nft)).isEmpty();
        });
  }

  @Test
  void aKeyThatLeadsElsewhereAlreadyIsRefusedUnlessItIsDeletedFirst() {
    var before = new FirewallElement(FirewallMap.PUBLISH4_ANY, "tcp . 80", "172.17.0.2 . 80");
    var after = new FirewallElement(FirewallMap.PUBLISH4_ANY, "tcp . 80", "172.17.0.3 . 80");
    inside(
        (nft, kernel) -> {
          kernel.transaction(codec().additions(List.of(before)));
          assertThatThrownBy(() -> kernel.transaction(codec().additions(List.of(after))))
              .hasMessageContaining("EEXIST");
          assertThat(elements(nft)).containsExactly(before);
          List<Request> moved = new ArrayList<>(codec().deletions(List.of(before)));
          moved.addAll(codec().additions(List.of(after)));
          kernel.transaction(moved);
          assertThat(elements(nft)).containsExactly(after);
        });
  }

  private static ElementCodec codec() {
    return new ElementCodec(RULESET);
  }

  private static String table() {
    return RULESET.table();
  }

  private static List<FirewallElement> elements(Nftables nft) {
    return Arrays.stream(FirewallTable.values())
        .map(table -> nft.run(RULESET.list(table), Set.of(Nftables.Output.STATELESS)))
        .flatMap(listing -> Ruleset.elementsIn(listing).stream())
        .toList();
  }

  private static void inside(BiConsumer<Nftables, NetlinkSocket> test) {
    try (var namespace = PrivateNamespace.make()) {
      namespace.call(
          () -> {
            try (var nft = Nftables.open();
                var kernel = NetlinkSocket.open(NetlinkSocket.NETLINK_NETFILTER)) {
              for (FirewallTable table : FirewallTable.values()) {
                nft.run(
                    RULESET.skeleton(
                        table,
                        RULESET.rules(table, /* besideOthers= */ false),
                        /* present= */ List.of()));
              }
              test.accept(nft, kernel);
            }
            return null;
          });
    }
  }
}
