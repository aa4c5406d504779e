package io.fairlead.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Takes signals that would end the JVM. {@code sun.misc.Signal} is what the JDK has for this; it is
 * called by reflection because javac warns of it in a way that cannot be answered.
 */
final class Signals {
  private Signals() {}

  /**
   * @param name without SIG
   * @param action run on a thread of the JVM's at each arrival
   */
  static void onArrival(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                action.run();
                return null;
              });
      Method handle = signal.getMethod("handle", signal, handler);
      handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no handler for SIG" + name, e);
    }
  }
}
