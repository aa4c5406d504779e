package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a method and a path lead. */
class RoutesTest {
  private static final Operation NOTHING = _ -> {};

  private final Routes routes =
      new Routes(
          List.of(
              Route.of("GET", "/_ping", NOTHING),
              Route.of("GET", "/images/json", NOTHING),
              Route.of("GET", "/images/{image}/json", NOTHING),
              Route.of("DELETE", "/images/{image}", NOTHING),
              Route.of("GET", "/containers/{id}/json", NOTHING),
              Route.hijacking("POST", "/containers/{id}/attach", NOTHING)));

  private Routes.Match match(String method, String uri) {
    return routes.match(HttpMethod.valueOf(method), uri);
  }

  private Throwable refusal(String method, String uri) {
    Operation operation = match(method, uri).operation();
    assertThat(operation).isNotSameAs(NOTHING);
    return catchThrowable(() -> operation.serve(anyExchange()));
  }

  /** A refusal does not look at it. */
  @SuppressWarnings("NullAway")
  private static Exchange anyExchange() {
    return null;
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /_ping, 1.51, ",
    "GET, /v1.24/_ping, 1.24, ",
    "GET, /v1.44/_ping?x=/images, 1.44, ",
    "GET, http://localhost/v1.44/_ping, 1.44, ",
    "GET, /v1.51/images/json?all=1, 1.51, ",
    "GET, /images/busybox/json, 1.51, busybox",
    "GET, /images/docker.io/library/busybox:1.36/json, 1.51, docker.io/library/busybox:1.36",
    "GET, /images/a%2Fb%3Alatest/json, 1.51, a/b:latest",
    "DELETE, /v1.40/images/a/b/c, 1.40, a/b/c",
    "GET, /containers/web/json, 1.51, web",
    "GET, /containers//web/json, 1.51, /web",
    "GET, /containers/%2Fweb/json, 1.51, /web",
    "POST, /v1.41/containers/ab12/attach?stream=1, 1.41, ab12",
  })
  void pathsLeadToOperations(
      String method, String uri, String version, @Nullable String parameter) {
    Routes.Match match = match(method, uri);
    assertThat(match.operation()).isSameAs(NOTHING);
    assertThat(match.version()).hasToString(version);
    assertThat(String.join("", match.parameters().values()))
        .isEqualTo(parameter == null ? "" : parameter);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /",
        "GET /nowhere",
        "GET /v1.41",
        "GET /v1.41/",
        "GET /vx/_ping",
        "PUT /_ping",
        "GET /containers/a/b/json",
        "GET /containers/json/",
        "GET /v1.41/v1.41/_ping",
        "GET *"
      })
  void otherPathsAreNotFound(String line) {
    Throwable refusal = refusal(line.split(" ", 2)[0], line.split(" ", 2)[1]);
    assertThat(refusal).hasMessage("page not found");
    assertThat(Failures.status(refusal)).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.23", "1", "0.9", "1.1.1", "1..", "0"})
  void oldVersionsAreRefusedInDockersWords(String version) {
    Throwable refusal = refusal("GET", "/v" + version + "/_ping");
    assertThat(refusal)
        .hasMessage(
            "client version "
                + version
                + " is too old. Minimum supported API version is 1.24, please upgrade your client"
                + " to a newer version");
    assertThat(Failures.status(refusal)).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.52", "2.0", "1.999999999999", "1.41.1"})
  void newVersionsAreRefusedInDockersWords(String version) {
    Throwable refusal = refusal("GET", "/v" + version + "/_ping");
    assertThat(refusal)
        .hasMessage(
            "client version " + version + " is too new. Maximum supported API version is 1.51");
    assertThat(Failures.status(refusal)).isEqualTo(400);
  }

  @Test
  void malformedEscapesAreRefused() {
    assertThat(Failures.status(refusal("GET", "/images/%zz/json"))).isEqualTo(400);
  }

  @Test
  void onlyAttachTakesTheConnectionOver() {
    assertThat(match("POST", "/containers/x/attach").isHijacking()).isTrue();
    assertThat(match("GET", "/containers/x/json").isHijacking()).isFalse();
  }
}
