package io.fairlead.api;

/** A version of the Docker Engine API, as in {@code /v1.47/info}. */
record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
  /** Testcontainers before 1.21.4 speaks 1.32, and older tools less. */
  static final ApiVersion OLDEST = new ApiVersion(1, 24);

  static final ApiVersion NEWEST = new ApiVersion(1, 51);

  /**
   * Reads the digits and points after the {@code v} of a path.
   *
   * @throws Refusal 400, in Docker's words, for a version that this engine does not speak
   */
  static ApiVersion parse(String text) {
    String[] parts = text.split("\\.", 3);
    ApiVersion version = new ApiVersion(number(parts[0]), parts.length > 1 ? number(parts[1]) : 0);
    if (version.compareTo(OLDEST) < 0) {
      throw new Refusal(
          400,
          "client version %s is too old. Minimum supported API version is %s, please upgrade your"
                  .formatted(text, OLDEST)
              + " client to a newer version");
    }
    if (version.compareTo(NEWEST) > 0 || parts.length > 2) {
      throw new Refusal(
          400,
          "client version %s is too new. Maximum supported API version is %s"
              .formatted(text, NEWEST));
    }
    return version;
  }

  private static int number(String digits) {
    if (digits.isEmpty()) {
      return 0;
    }
    return digits.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(digits);
  }

  boolean isAtLeast(int wantedMinor) {
    return major > 1 || minor >= wantedMinor;
  }

  @Override
  public int compareTo(ApiVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
