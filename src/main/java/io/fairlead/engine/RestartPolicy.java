package io.fairlead.engine;

import io.fairlead.InvalidRequest;
import java.util.Arrays;

/**
 * Whether a container is brought back when it has ended.
 *
 * @param maximumRetries for {@code on-failure}; 0: as often as it fails
 */
public record RestartPolicy(Kind kind, int maximumRetries) {
  public static final RestartPolicy NO = new RestartPolicy(Kind.NO, 0);

  public enum Kind {
    NO("no"),
    ALWAYS("always"),
    UNLESS_STOPPED("unless-stopped"),
    ON_FAILURE("on-failure");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** As Docker's users write it. */
    public String word() {
      return word;
    }
  }

  /**
   * @param name empty: no
   * @throws InvalidRequest in Docker's words
   */
  public static RestartPolicy of(String name, int maximumRetries) {
    Kind kind =
        Arrays.stream(Kind.values())
            .filter(each -> each.word.equals(name.isEmpty() ? "no" : name))
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidRequest(
                        "invalid restart policy: unknown policy '%s'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"
                            .formatted(name)));
    if (maximumRetries < 0) {
      throw new InvalidRequest("invalid restart policy: maximum retry count cannot be negative");
    }
    if (maximumRetries > 0 && kind != Kind.ON_FAILURE) {
      throw new InvalidRequest(
          "invalid restart policy: maximum retry count can only be used with 'on-failure'");
    }
    return new RestartPolicy(kind, maximumRetries);
  }

  /**
   * Whether a container that has ended is brought back at once.
   *
   * @param restarts how often it was before
   */
  boolean bringsBack(int exitCode, int restarts, boolean isStoppedByUser) {
    return !isStoppedByUser
        && switch (kind) {
          case NO -> false;
          case ALWAYS, UNLESS_STOPPED -> true;
          case ON_FAILURE -> exitCode != 0 && (maximumRetries == 0 || restarts < maximumRetries);
        };
  }

  /** Whether a container that rests is started when the engine opens. */
  boolean returnsWithEngine(boolean isStoppedByUser) {
    return kind == Kind.ALWAYS || (kind == Kind.UNLESS_STOPPED && !isStoppedByUser);
  }

  boolean isNo() {
    return kind == Kind.NO;
  }
}
