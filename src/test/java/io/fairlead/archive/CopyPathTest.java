package io.fairlead.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopyPathTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "/a/b,      /a/b,   b, /a,   false",
    "a/b,       /a/b,   b, /a,   false",
    "/a/b/,     /a/b/,  b, /a,   true",
    "/a/b/.,    /a/b/., ., /a/b, true",
    "/a/./b//c, /a/b/c, c, /a/b, false",
    "/a/../b,   /b,     b, '',   false",
    "../../x,   /x,     x, '',   false",
    "/,         /,      /, '',   true",
    "/.,        /.,     ., '',   true",
    ".,         /.,     ., '',   true",
    "/a/..,     /,      /, '',   true",
  })
  void aPathsEndIsKept(
      String path, String absolute, String base, String parent, boolean isOfFolder) {
    var parsed = CopyPath.parse(path).absolute();

    assertThat(parsed.text()).isEqualTo(absolute);
    assertThat(parsed.base()).isEqualTo(base);
    assertThat(parsed.parent()).isEqualTo(parent);
    assertThat(parsed.isOfFolder()).isEqualTo(isOfFolder);
  }

  @Test
  void nothingIsNoPath() {
    assertThatThrownBy(() -> CopyPath.parse(""))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("bad parameter: path cannot be empty");
    assertThatThrownBy(() -> CopyPath.parse("a\0b")).isInstanceOf(InvalidRequest.class);
  }
}
