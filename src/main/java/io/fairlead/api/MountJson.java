package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.engine.Container;
import java.util.List;

/** A mount in a container, as inspect and list show it. */
record MountJson(
    String type,
    String source,
    String destination,
    String mode,
    @JsonProperty("RW") boolean isWritable,
    String propagation) {

  static List<MountJson> of(Container container) {
    return container.spec().binds().stream()
        .map(Bind::parse)
        .map(
            bind ->
                new MountJson(
                    "bind",
                    bind.source().toString(),
                    bind.target().toString(),
                    bind.isReadOnly() ? "ro" : "",
                    !bind.isReadOnly(),
                    "rprivate"))
        .toList();
  }
}
