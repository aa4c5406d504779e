package io.fairlead.runtime;

import static io.fairlead.runtime.OciSpec.object;

import io.fairlead.InvalidRequest;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which devices a container may use besides the usual ones.
 *
 * @param type {@code a}, {@code b} or {@code c}
 * @param major a number, or {@code *}
 */
record DeviceRule(String type, String major, String minor, String access) {
  private static final Pattern FORM =
      Pattern.compile("([acb]) ([0-9]{1,9}|\\*):([0-9]{1,9}|\\*) ([rwm]{1,3})");

  /**
   * @param text {@code c 1:3 rwm}
   * @throws InvalidRequest in Docker's words
   */
  static DeviceRule parse(String text) {
    var matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidRequest("invalid device cgroup rule format: '%s'".formatted(text));
    }
    return new DeviceRule(matcher.group(1), matcher.group(2), matcher.group(3), matcher.group(4));
  }

  Map<String, Object> inOciForm() {
    var rule = object("allow", true, "type", type);
    if (!major.equals("*")) {
      rule.put("major", Long.valueOf(major));
    }
    if (!minor.equals("*")) {
      rule.put("minor", Long.valueOf(minor));
    }
    rule.put("access", access);
    return rule;
  }
}
