package io.fairlead.linux.netlink;

import io.fairlead.linux.Libc;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A change of an existing link, all in one message. The kernel applies, in this order: hairpin and
 * learning, MAC, MTU, group, name, alias, master, up or down. So those two need a link that has its
 * bridge already.
 */
public final class LinkChange {
  private final int index;
  private final String name;
  private @Nullable Boolean isUp;
  private @Nullable Boolean isHairpin;
  private @Nullable Boolean isLearning;
  private @Nullable MacAddress mac;
  private @Nullable Integer mtuBytes;
  private @Nullable Integer group;
  private @Nullable Integer masterIndex;
  private @Nullable String newName;
  private @Nullable String alias;

  private LinkChange(int index, String name) {
    this.index = index;
    this.name = name;
  }

  /** Of the link with this index: the only way to rename one. */
  public static LinkChange of(int index) {
    if (index <= 0) {
      throw new IllegalArgumentException("link index " + index);
    }
    return new LinkChange(index, "");
  }

  /** Of the link with this name: it may be made earlier in the same batch. */
  public static LinkChange of(String name) {
    return new LinkChange(0, Links.checkName(name));
  }

  public LinkChange up() {
    isUp = true;
    return this;
  }

  public LinkChange down() {
    isUp = false;
    return this;
  }

  public LinkChange hairpin(boolean on) {
    isHairpin = on;
    return this;
  }

  public LinkChange learning(boolean on) {
    isLearning = on;
    return this;
  }

  public LinkChange mac(MacAddress address) {
    mac = address;
    return this;
  }

  public LinkChange mtu(int bytes) {
    mtuBytes = bytes;
    return this;
  }

  public LinkChange group(int number) {
    group = number;
    return this;
  }

  public LinkChange rename(String to) {
    if (index == 0) {
      throw new IllegalStateException("a link is renamed by its index: " + name);
    }
    newName = Links.checkName(to);
    return this;
  }

  /**
   * @param text at most 255 bytes; empty takes it away
   */
  public LinkChange alias(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length >= Rtnetlink.IFALIASZ) {
      throw new IllegalArgumentException("alias is longer than 255 bytes: " + text);
    }
    alias = text;
    return this;
  }

  public LinkChange master(int bridgeIndex) {
    masterIndex = bridgeIndex;
    return this;
  }

  public LinkChange noMaster() {
    masterIndex = 0;
    return this;
  }

  /** RTM_NEWLINK without NLM_F_CREATE: unlike RTM_SETLINK it takes what belongs to the port too. */
  public Request request() {
    int flags = isUp != null && isUp ? Rtnetlink.IFF_UP : 0;
    var message =
        new MessageWriter(Rtnetlink.RTM_NEWLINK, 0)
            .u8(Libc.AF_UNSPEC)
            .zeros(3)
            .u32(index)
            .u32(flags)
            .u32(isUp == null ? 0 : Rtnetlink.IFF_UP);
    String named = newName != null ? newName : name;
    if (!named.isEmpty()) {
      message.attributeString(Rtnetlink.IFLA_IFNAME, named);
    }
    if (mac != null) {
      message.attribute(Rtnetlink.IFLA_ADDRESS, mac.toBytes());
    }
    number(message, Rtnetlink.IFLA_MTU, mtuBytes);
    number(message, Rtnetlink.IFLA_GROUP, group);
    number(message, Rtnetlink.IFLA_MASTER, masterIndex);
    if (alias != null) {
      // Without NUL: the kernel would keep it as part of the alias.
      message.attribute(Rtnetlink.IFLA_IFALIAS, alias.getBytes(StandardCharsets.UTF_8));
    }
    if (isHairpin != null || isLearning != null) {
      message.nested(
          Rtnetlink.IFLA_LINKINFO,
          info ->
              info.attributeString(Rtnetlink.IFLA_INFO_SLAVE_KIND, "bridge")
                  .nested(
                      Rtnetlink.IFLA_INFO_SLAVE_DATA,
                      port -> {
                        flag(port, Rtnetlink.IFLA_BRPORT_MODE, isHairpin);
                        flag(port, Rtnetlink.IFLA_BRPORT_LEARNING, isLearning);
                      }));
    }
    return message.request("change link", name.isEmpty() ? "index " + index : name);
  }

  private static void flag(MessageWriter message, int attribute, @Nullable Boolean value) {
    if (value != null) {
      message.attributeU8(attribute, value ? 1 : 0);
    }
  }

  private static void number(MessageWriter message, int attribute, @Nullable Integer value) {
    if (value != null) {
      message.attributeU32(attribute, value);
    }
  }
}
