package io.fairlead.network.firewall;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the elements of a set or map consist of.
 *
 * @param hasRanges whether a field of the key may be a range
 * @param data empty for a set
 */
record ElementType(boolean hasRanges, List<FieldType> key, List<FieldType> data) {
  static final Pattern BETWEEN_FIELDS = Pattern.compile(" \\. ");

  static ElementType of(FirewallMap map) {
    boolean hasRanges = map.type().startsWith(FirewallMap.RANGES);
    String type = hasRanges ? map.type().substring(FirewallMap.RANGES.length()) : map.type();
    int colon = type.indexOf(" : ");
    return new ElementType(
        hasRanges,
        fields(colon < 0 ? type : type.substring(0, colon)),
        colon < 0 ? List.of() : fields(type.substring(colon + 3)));
  }

  private static List<FieldType> fields(String names) {
    return Arrays.stream(BETWEEN_FIELDS.split(names, -1)).map(FieldType::named).toList();
  }
}
