package io.fairlead.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferenceTest {
  @ParameterizedTest
  @CsvSource({
    "busybox, busybox:latest",
    "docker.io/library/busybox, busybox:latest",
    "index.docker.io/busybox:1.36, busybox:1.36",
    "docker.io/fairlead/hello, fairlead/hello:latest",
    "library/x, x:latest",
    "library/x/y, library/x/y:latest",
    "localhost/app, localhost/app:latest",
    "localhost:5000/app, localhost:5000/app:latest",
    "registry.example.com:443/a/b-c__d.e:V1.0_x, registry.example.com:443/a/b-c__d.e:V1.0_x",
    "'[fd00::1]:5000/app:2', '[fd00::1]:5000/app:2'",
    "UPPER/app, UPPER/app:latest",
    "x@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,"
        + " x@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  })
  void isShownAsDockerShowsIt(String text, String shown) {
    assertThat(Reference.parse(text).tagged()).hasToString(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "'', invalid reference format",
    "a b, invalid reference format",
    "x:, invalid reference format",
    ":x, invalid reference format",
    "x@sha256:123, invalid reference format",
    "-x, invalid reference format",
    "a//b, invalid reference format",
    "x:tag:tag, invalid reference format",
    "http://x/y, invalid reference format",
    "Busybox, invalid reference format: repository name (library/Busybox) must be lowercase",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, 'invalid repository name"
        + " (e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855), cannot specify"
        + " 64-byte hexadecimal strings'",
  })
  void aMalformedOneIsRefusedInDockersWords(String text, String message) {
    assertThatThrownBy(() -> Reference.parse(text))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(message);
  }
}
