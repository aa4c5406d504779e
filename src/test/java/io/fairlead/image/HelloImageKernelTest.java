package io.fairlead.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.EngineFault;
import io.fairlead.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class HelloImageKernelTest {
  @TempDir Path dataRoot;

  @Test
  void theBuiltInImageIsMadeOnFirstUseAndOnlyOnce() throws IOException {
    try (var store = Store.open(dataRoot.resolve("fairlead.db"))) {
      var images = Images.open(store, dataRoot, Images.Listener.NONE, _ -> {});
      var image = images.findOrMake("docker.io/fairlead/hello");

      assertThat(image.tags()).containsExactly("fairlead/hello:latest");
      assertThat(image.config().exposedPorts()).containsExactly("80/tcp");
      assertThat(image.config().command()).containsExactly("/bin/hello");
      assertThat(images.hello()).isEqualTo(image);

      var row = store.read(records -> records.layer(image.layers().getFirst())).orElseThrow();
      Path root = dataRoot.resolve("image/layers").resolve(row.directory());
      assertThat(root.resolve("bin/busybox")).isExecutable();
      assertThat(Files.readSymbolicLink(root.resolve("bin/httpd"))).hasToString("busybox");
      assertThat(root.resolve("bin/hello")).isExecutable();
      assertThat(root.resolve("www/cgi-bin/index.cgi")).isExecutable();
      assertThat(root.resolve("www/style.css")).isNotEmptyFile();
      assertThat(Files.getPosixFilePermissions(root.resolve("tmp"), LinkOption.NOFOLLOW_LINKS))
          .contains(PosixFilePermission.OTHERS_WRITE);

      images.remove("fairlead/hello", false, _ -> false);
      assertThat(images.hello().layers()).isEqualTo(image.layers());
    }
  }

  @Test
  void aMachineWithoutAStaticBusyboxIsToldThePackage() {
    assertThatThrownBy(() -> new HelloImage(List.of(Path.of("/nowhere/busybox"))).archive())
        .isInstanceOf(EngineFault.class)
        .hasMessageContaining("busybox-static");
    assertThatThrownBy(() -> new HelloImage(List.of(Path.of("/bin/bash"))).archive())
        .isInstanceOf(EngineFault.class)
        .hasMessageContaining("shared libraries");
  }
}
