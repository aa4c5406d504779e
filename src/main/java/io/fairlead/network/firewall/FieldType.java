package io.fairlead.network.firewall;

import io.fairlead.linux.netlink.Transport;
import io.fairlead.network.address.Addresses;
import io.fairlead.network.address.Subnet;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** One field of an element's key or data: how nft writes it, and the kernel's bytes for it. */
enum FieldType {
  /** A link's name in quotation marks. */
  LINK("ifname") {
    @Override
    Span parse(String text) {
      byte[] name = text.substring(1, text.length() - 1).getBytes(StandardCharsets.UTF_8);
      return Span.of(Arrays.copyOf(name, IFNAMSIZ));
    }
  },
  /** An address, or a subnet where ranges are allowed. */
  ADDRESS4("ipv4_addr") {
    @Override
    Span parse(String text) {
      return addresses(text);
    }
  },
  ADDRESS6("ipv6_addr") {
    @Override
    Span parse(String text) {
      return addresses(text);
    }
  },
  /** A v6 address that is compared wherever it stands in a packet: nft writes it as a number. */
  BITS128("bits_128") {
    @Override
    Span parse(String text) {
      byte[] number = new BigInteger(text.substring(HEX.length()), 16).toByteArray();
      var bits = new byte[16];
      int kept = Math.min(number.length, bits.length);
      System.arraycopy(number, number.length - kept, bits, bits.length - kept, kept);
      return Span.of(bits);
    }
  },
  PROTOCOL("inet_proto") {
    @Override
    Span parse(String text) {
      return Span.of(
          new byte[] {(byte) Transport.valueOf(text.toUpperCase(Locale.ROOT)).number(), 0, 0, 0});
    }
  },
  /** A port, or two with a dash. */
  PORT("inet_service") {
    @Override
    Span parse(String text) {
      int dash = text.indexOf('-');
      return new Span(
          port(dash < 0 ? text : text.substring(0, dash)), port(text.substring(dash + 1)));
    }
  };

  private static final int IFNAMSIZ = 16;
  private static final String HEX = "0x";

  private final String nftName;

  FieldType(String nftName) {
    this.nftName = nftName;
  }

  static FieldType named(String nftName) {
    return Arrays.stream(values())
        .filter(type -> type.nftName.equals(nftName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(nftName));
  }

  /** The first and the last value of a range, each padded to a multiple of four bytes. */
  static final class Span {
    final byte[] first;
    final byte[] last;

    Span(byte[] first, byte[] last) {
      this.first = first;
      this.last = last;
    }

    static Span of(byte[] value) {
      return new Span(value, value);
    }
  }

  abstract Span parse(String text);

  private static Span addresses(String text) {
    if (text.indexOf('/') < 0) {
      return Span.of(Addresses.parse(text).getAddress());
    }
    Subnet subnet = Subnet.parse(text);
    return new Span(subnet.base().getAddress(), subnet.last().getAddress());
  }

  private static byte[] port(String text) {
    int port = Integer.parseInt(text);
    return new byte[] {(byte) (port >> 8), (byte) port, 0, 0};
  }
}
