package io.fairlead.network.firewall;

import io.fairlead.linux.netlink.Request;
import io.fairlead.linux.netlink.SetElement;
import io.fairlead.linux.netlink.SetElements;
import io.fairlead.network.firewall.FieldType.Span;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Elements as the kernel takes them. libnftables would list every table of the machine before each
 * change; these messages go straight to the set.
 */
public final class ElementCodec {
  private static final Map<FirewallMap, ElementType> TYPES = new EnumMap<>(FirewallMap.class);

  static {
    for (FirewallMap map : FirewallMap.values()) {
      TYPES.put(map, ElementType.of(map));
    }
  }

  private final String table;

  public ElementCodec(Ruleset ruleset) {
    this.table = ruleset.table();
  }

  /** Messages that delete elements. */
  public List<Request> deletions(List<FirewallElement> elements) {
    return messages(elements, SetElements::delete);
  }

  /** Messages that add elements. */
  public List<Request> additions(List<FirewallElement> elements) {
    return messages(elements, SetElements::add);
  }

  private List<Request> messages(
      List<FirewallElement> elements,
      BiFunction<SetElements.Set, List<SetElement>, List<Request>> write) {
    Map<FirewallMap, List<SetElement>> byMap = new EnumMap<>(FirewallMap.class);
    for (FirewallElement element : elements) {
      byMap.computeIfAbsent(element.map(), _ -> new ArrayList<>()).addAll(encode(element));
    }
    var requests = new ArrayList<Request>();
    byMap.forEach(
        (map, encoded) ->
            requests.addAll(
                write.apply(
                    new SetElements.Set(map.table().family(), table, map.nftName()), encoded)));
    return requests;
  }

  /** One, but for a range of single values: then its start and its end. */
  static List<SetElement> encode(FirewallElement element) {
    ElementType type = Objects.requireNonNull(TYPES.get(element.map()));
    List<Span> spans = spans(type.key(), element.key());
    byte[] first = joined(spans.stream().map(span -> span.first).toList());
    byte[] last = joined(spans.stream().map(span -> span.last).toList());
    byte[] data =
        element.data().isEmpty()
            ? new byte[0]
            : joined(spans(type.data(), element.data()).stream().map(span -> span.first).toList());
    if (!type.hasRanges()) {
      return List.of(SetElement.of(first, data));
    }
    if (spans.size() > 1) {
      return List.of(SetElement.range(first, last, data));
    }
    var start = SetElement.of(first, data);
    byte[] behind = after(last);
    return behind == null ? List.of(start) : List.of(start, SetElement.endOfRange(behind));
  }

  private static List<Span> spans(List<FieldType> types, String text) {
    String[] fields = ElementType.BETWEEN_FIELDS.split(text, -1);
    if (fields.length != types.size()) {
      throw new IllegalArgumentException("'%s' is not of the fields %s".formatted(text, types));
    }
    var spans = new ArrayList<Span>(fields.length);
    for (int i = 0; i < fields.length; i++) {
      spans.add(types.get(i).parse(fields[i]));
    }
    return spans;
  }

  private static byte[] joined(List<byte[]> fields) {
    var out = new ByteArrayOutputStream();
    fields.forEach(out::writeBytes);
    return out.toByteArray();
  }

  /** The number behind; null behind the last one there is, which needs no end. */
  private static byte @Nullable [] after(byte[] number) {
    byte[] next = number.clone();
    for (int i = next.length - 1; i >= 0; i--) {
      if (++next[i] != 0) {
        return next;
      }
    }
    return null;
  }
}
