package io.fairlead.image;

import io.fairlead.InvalidRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an image: {@code [host[:port]/]path[:tag][@digest]}, as Docker reads and shows it:
 * {@code docker.io/library/x} is {@code x}. The grammar is that of
 * github.com/distribution/reference.
 *
 * @param name without {@code docker.io/} and {@code library/} where they go without saying
 */
record Reference(String name, Optional<String> tag, Optional<String> digest) {
  private static final String DEFAULT_DOMAIN = "docker.io";
  private static final String LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
  private static final String DOMAIN =
      "(?:%s(?:\\.%s)*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?".formatted(LABEL, LABEL);
  private static final String WORD = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
  private static final String ALGORITHM = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*";
  private static final Pattern GRAMMAR =
      Pattern.compile(
          "(?<domain>%s)/(?<path>%s(?:/%s)*)(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>%s:[0-9a-fA-F]{32,}))?"
              .formatted(DOMAIN, WORD, WORD, ALGORITHM));
  private static final Pattern ID = Pattern.compile("[a-f0-9]{64}");
  private static final int MAX_NAME = 255;
  private static final int MAX_TEXT = 4096;

  /**
   * @throws InvalidRequest {@code invalid reference format}
   */
  static Reference parse(String text) {
    if (ID.matcher(text).matches()) {
      throw new InvalidRequest(
          "invalid repository name (%s), cannot specify 64-byte hexadecimal strings"
              .formatted(text));
    }
    if (text.isEmpty() || text.length() > MAX_TEXT) {
      throw new InvalidRequest("invalid reference format");
    }
    int slash = text.indexOf('/');
    String first = slash < 0 ? "" : text.substring(0, slash);
    boolean isDomain =
        first.contains(".")
            || first.contains(":")
            || first.equals("localhost")
            || !first.toLowerCase(Locale.ROOT).equals(first);
    String domain = isDomain ? first : DEFAULT_DOMAIN;
    String rest = isDomain ? text.substring(slash + 1) : text;
    if (domain.equals("index.docker.io")) {
      domain = DEFAULT_DOMAIN;
    }
    if (domain.equals(DEFAULT_DOMAIN) && !rest.contains("/")) {
      rest = "library/" + rest;
    }
    int colon = rest.indexOf(':');
    String path = colon < 0 ? rest : rest.substring(0, colon);
    if (!path.contains("@") && !path.toLowerCase(Locale.ROOT).equals(path)) {
      throw new InvalidRequest(
          "invalid reference format: repository name (%s) must be lowercase".formatted(path));
    }
    return of(GRAMMAR.matcher(domain + "/" + rest));
  }

  private static Reference of(Matcher match) {
    if (!match.matches()) {
      throw new InvalidRequest("invalid reference format");
    }
    String domain = match.group("domain");
    String path = match.group("path");
    if (domain.length() + 1 + path.length() > MAX_NAME) {
      throw new InvalidRequest("repository name must not be more than 255 characters");
    }
    String name = domain + "/" + path;
    if (domain.equals(DEFAULT_DOMAIN)) {
      boolean isLibrary = path.startsWith("library/") && path.indexOf('/', 8) < 0;
      name = isLibrary ? path.substring("library/".length()) : path;
    }
    return new Reference(
        name, Optional.ofNullable(match.group("tag")), Optional.ofNullable(match.group("digest")));
  }

  /** With {@code :latest} where neither tag nor digest was given. */
  Reference tagged() {
    return tag.isPresent() || digest.isPresent()
        ? this
        : new Reference(name, Optional.of("latest"), digest);
  }

  @Override
  public String toString() {
    return name + tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
  }
}
