package io.fairlead.network;

/** Where a fact holds: the engine's host, or inside one sandbox. */
public sealed interface Place {
  Host HOST = new Host();

  record Host() implements Place {
    @Override
    public String toString() {
      return "the host";
    }
  }

  /**
   * @param id as in the records; the pin is named by it
   */
  record Sandbox(String id) implements Place {
    @Override
    public String toString() {
      return "sandbox " + id.substring(0, Math.min(12, id.length()));
    }
  }
}
