package io.fairlead.cli.map;

import io.fairlead.cli.map.MapView.Bridge;
import io.fairlead.cli.map.MapView.Container;
import io.fairlead.cli.map.MapView.Host;
import io.fairlead.cli.map.MapView.HostEnd;
import io.fairlead.cli.map.MapView.Inner;
import io.fairlead.cli.map.MapView.Link;
import io.fairlead.cli.map.MapView.Port;
import io.fairlead.cli.map.MapView.Route;
import io.fairlead.cli.map.MapView.Sandbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Maps of all shapes, the same for the same seed. */
final class RandomMap {
  private static final List<String> STATES =
      List.of("running", "running", "running", "paused", "restarting");

  private final Random random;

  RandomMap(long seed) {
    random = new Random(seed);
  }

  MapView map() {
    return map(random.nextInt(12));
  }

  MapView map(int sandboxCount) {
    List<Bridge> bridges =
        several(
            3,
            i ->
                new Bridge(
                    "network" + i, link("bridge" + i), several(2, _ -> v4().replace("/", ".0/"))));
    List<Sandbox> sandboxes =
        IntStream.range(0, sandboxCount).mapToObj(i -> sandbox(i, bridges)).toList();
    return new MapView(
        new Host(
            random.nextBoolean(),
            random.nextBoolean(),
            several(4, i -> link("eth" + i)),
            several(3, i -> route("eth" + i)),
            several(4, _ -> container())),
        bridges,
        sandboxes,
        several(8, _ -> port(sandboxes)),
        several(3, _ -> container()));
  }

  private Sandbox sandbox(int number, List<Bridge> bridges) {
    var links = new ArrayList<Inner>();
    links.add(
        new Inner(
            new Link("lo", true, "00:00:00:00:00:00", List.of("127.0.0.1/8", "::1/128")),
            Optional.empty()));
    links.addAll(several(4, i -> inner("eth" + i, number * 10 + i, bridges)));
    return new Sandbox(
        "%012x".formatted(random.nextLong() >>> 16) + "0".repeat(20),
        "/run/fairlead/sandbox/" + number,
        random.nextInt(8) > 0,
        links,
        several(3, i -> route("eth" + i)),
        several(4, _ -> container()));
  }

  private Inner inner(String name, int number, List<Bridge> bridges) {
    if (random.nextInt(5) == 0) {
      return new Inner(link(name), Optional.empty());
    }
    boolean isOurs = random.nextInt(3) > 0;
    String bridge =
        bridges.isEmpty() || random.nextInt(4) == 0
            ? ""
            : bridges.get(random.nextInt(bridges.size())).name();
    return new Inner(link(name), Optional.of(new HostEnd(link("veth" + number), bridge, isOurs)));
  }

  private Link link(String name) {
    return new Link(
        name,
        random.nextInt(6) > 0,
        "02:42:ac:11:00:02",
        several(4, _ -> random.nextBoolean() ? v4() : v6()));
  }

  private Route route(String link) {
    return new Route(
        random.nextBoolean() ? "0.0.0.0/0" : "10.%d.0.0/16".formatted(random.nextInt(256)),
        random.nextInt(4) == 0 ? "" : "10.0.0." + random.nextInt(256),
        link);
  }

  private Container container() {
    return new Container(
        random.nextInt(6) == 0
            ? "<a&b \"c\"'\u0007>" + random.nextInt(9)
            : "name-" + "x".repeat(random.nextInt(60)),
        STATES.get(random.nextInt(STATES.size())),
        random.nextBoolean());
  }

  private Port port(List<Sandbox> sandboxes) {
    return new Port(
        random.nextBoolean(),
        random.nextBoolean() ? "tcp" : "udp",
        List.of("0.0.0.0", "::", "127.0.0.1", "2001:db8:1:2:3:4:5:6").get(random.nextInt(4)),
        "9000-9999",
        random.nextBoolean() ? "172.17.0.2" : "fd00:1111:2222:3333:4444:5555:6666:7777",
        "80",
        sandboxes.isEmpty() || random.nextInt(4) == 0
            ? ""
            : sandboxes.get(random.nextInt(sandboxes.size())).id());
  }

  private String v4() {
    return "10.%d.%d.%d/24"
        .formatted(random.nextInt(256), random.nextInt(256), random.nextInt(256));
  }

  private String v6() {
    return random.nextBoolean() ? "2001:db8::1/64" : "2001:db8:1234:5678:9abc:def0:1234:5678/128";
  }

  private <T> List<T> several(int most, IntFunction<T> make) {
    return IntStream.range(0, random.nextInt(most + 1)).mapToObj(make).toList();
  }
}
