package io.fairlead.image;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** Digests as the OCI specification writes them: {@code sha256:} and 64 hex digits. */
final class Digests {
  static final String PREFIX = "sha256:";

  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  private Digests() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Ends the digest. */
  static String name(MessageDigest digest) {
    return PREFIX + HexFormat.of().formatHex(digest.digest());
  }

  static String of(byte[] bytes) {
    var digest = sha256();
    digest.update(bytes);
    return name(digest);
  }

  static boolean isDigest(String text) {
    return DIGEST.matcher(text).matches();
  }

  static String hex(String digest) {
    return digest.substring(PREFIX.length());
  }

  /** The first twelve digits, as people see an id. */
  static String brief(String id) {
    String hex = id.startsWith(PREFIX) ? hex(id) : id;
    return hex.substring(0, Math.min(12, hex.length()));
  }

  /** The names of the stacks that a list of diff ids builds, lowest first (OCI image-spec). */
  static List<String> chainIds(List<String> diffIds) {
    var chain = new ArrayList<String>();
    for (String diffId : diffIds) {
      chain.add(
          chain.isEmpty()
              ? diffId
              : of((chain.getLast() + " " + diffId).getBytes(StandardCharsets.US_ASCII)));
    }
    return chain;
  }
}
