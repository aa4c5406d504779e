package io.fairlead.cli;

/** {@code --format}: a table for people, or JSON for programs. */
final class Format {
  private boolean isJson;

  void describe(Usage usage) {
    usage.option(
        "--format",
        "table|json",
        "A table (the default), or JSON, one object a line",
        value -> isJson = isJson(value));
  }

  boolean isJson() {
    return isJson;
  }

  void print(Table table) {
    System.out.print(isJson ? table.json() : table.text());
  }

  /** A Go template is refused, with what to do instead. */
  private static boolean isJson(String format) {
    return switch (format) {
      case "table" -> false;
      case "json" -> true;
      default ->
          throw new CommandFailure(
              2,
              "--format takes 'table' or 'json', not '%s'%s"
                  .formatted(
                      format,
                      format.contains("{{")
                          ? ": Go templates are the docker command's. Take --format json and pick fields with a JSON tool, or set DOCKER_HOST and use docker"
                          : ""));
    };
  }
}
