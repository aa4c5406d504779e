package io.fairlead.network.address;

import io.fairlead.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The subnets that are chosen from where nobody asks for one, Docker's own. */
public final class SubnetPools {
  /** 172.17.0.0/16 to 172.31.0.0/16, then sixteen /20 of 192.168.0.0/16. */
  private static final List<Subnet> V4 =
      Stream.concat(
              IntStream.rangeClosed(17, 31).mapToObj("172.%d.0.0/16"::formatted),
              IntStream.range(0, 16).mapToObj(i -> "192.168.%d.0/20".formatted(16 * i)))
          .map(Subnet::parse)
          .toList();

  private static final int ULA_ATTEMPTS = 1000;

  private SubnetPools() {}

  /**
   * The first v4 subnet that overlaps none of those in use. A default route (prefix length 0) is in
   * nobody's way.
   *
   * @throws InvalidRequest {@code all predefined address pools have been fully subnetted}
   */
  public static Subnet freeV4(Collection<Subnet> inUse) {
    return V4.stream()
        .filter(candidate -> isFree(candidate, inUse))
        .findFirst()
        .orElseThrow(SubnetPools::exhausted);
  }

  /**
   * A random /64 of the unique local /48 that is this engine's (RFC 4193: fd, 40 bits that stay the
   * same for an engine, 16 bits for the subnet).
   *
   * @param engineId what the 40 bits are made of
   */
  public static Subnet freeV6(String engineId, Collection<Subnet> inUse, RandomGenerator random) {
    byte[] digest = sha256(engineId);
    byte[] base = new byte[16];
    base[0] = (byte) 0xfd;
    System.arraycopy(digest, 0, base, 1, 5);
    for (int attempt = 0; attempt < ULA_ATTEMPTS; attempt++) {
      int subnetId = random.nextInt(1 << 16);
      base[6] = (byte) (subnetId >> 8);
      base[7] = (byte) subnetId;
      var candidate = new Subnet(Addresses.ofBytes(base.clone()), 64);
      if (isFree(candidate, inUse)) {
        return candidate;
      }
    }
    throw exhausted();
  }

  private static boolean isFree(Subnet candidate, Collection<Subnet> inUse) {
    return inUse.stream().noneMatch(used -> used.prefixLength() > 0 && used.overlaps(candidate));
  }

  private static InvalidRequest exhausted() {
    return new InvalidRequest(
        "all predefined address pools have been fully subnetted; name a free subnet");
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
