package io.fairlead.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where an action runs, and in which network namespace. */
@Tag("kernel")
class NamespaceThreadTest {
  private final PrivateNamespace inside = PrivateNamespace.make();
  private final NamespaceThread thread = new NamespaceThread(inside.namespace(), "inside");

  private record Place(String thread, Object namespace) {
    static Place here() {
      return new Place(Thread.currentThread().getName(), NetNamespace.identityOfThisThread());
    }
  }

  @AfterEach
  void close() {
    thread.close();
    inside.close();
  }

  @Test
  void aCallerOutsideIsServedByTheThreadInside() {
    Place outside = Place.here();
    Place ran = thread.call(Place::here);
    assertThat(ran.thread()).isEqualTo("inside");
    assertThat(ran.namespace()).isNotEqualTo(outside.namespace());
  }

  @Test
  void aCallerInsideServesItself() {
    Callable<Place> viaThread = () -> thread.call(Place::here);
    Place ran = inside.namespace().call("caller", viaThread);
    assertThat(ran).isEqualTo(new Place("caller", thread.call(Place::here).namespace()));
  }
}
