package io.fairlead.api;

/** What a route does. It may block, and what it throws becomes the answer. */
@FunctionalInterface
interface Operation {
  void serve(Exchange exchange) throws Exception;
}
