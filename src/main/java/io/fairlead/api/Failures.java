package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import io.fairlead.Failure;
import io.fairlead.Forbidden;
import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import io.fairlead.NotFound;
import io.fairlead.Unavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where a failure becomes an HTTP status and a message. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  /** What an error answer carries; clients show it, and scripts match on it. */
  record Message(@JsonProperty("message") String message) {}

  private Failures() {}

  static int status(Throwable failure) {
    return switch (failure) {
      case Failure known ->
          switch (known) {
            case InvalidRequest _ -> 400;
            case Forbidden _ -> 403;
            case NotFound _ -> 404;
            case Conflict _ -> 409;
            case EngineFault _ -> 500;
            case NotBuilt _ -> 501;
            case Unavailable _ -> 503;
          };
      case Refusal refusal -> refusal.status();
      case ClientInput.Broken _ -> 400;
      default -> 500;
    };
  }

  static Message message(Throwable failure) {
    String text = failure.getMessage();
    return new Message(text == null || text.isBlank() ? failure.getClass().getName() : text);
  }

  /** Leaves a trace of what is our fault; what is the client's is only said to the client. */
  static void log(String request, Throwable failure) {
    if (failure instanceof EngineFault) {
      LOG.warn("{} failed: {}", request, failure.getMessage(), failure);
    } else if (status(failure) == 500) {
      LOG.error("{} failed", request, failure);
    } else {
      LOG.debug("{} refused: {}", request, failure.getMessage());
    }
  }
}
