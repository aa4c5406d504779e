package io.fairlead.cli;

import io.fairlead.cli.Table.Column;
import java.time.Instant;
import java.util.List;

/** {@code fairlead images}: lists images. */
final class ImagesCommand implements Command {
  private final ListFlags flags = new ListFlags();

  @Override
  public Usage usage() {
    return Usage.of("images", "List images").with(flags::describe);
  }

  @Override
  public int run(Host host, List<String> arguments) {
    flags.print(
        host.daemon().get("/images/json?all=0" + flags.filterQuery()),
        images -> table(images, Instant.now().getEpochSecond(), flags.isWhole()));
    return 0;
  }

  static Table table(List<Json> images, long nowSeconds, boolean isWhole) {
    var table =
        new Table(
            new Column("REPOSITORY", "Repository"),
            new Column("TAG", "Tag"),
            new Column("IMAGE ID", "ID"),
            new Column("CREATED", "CreatedSince"),
            new Column("SIZE", "Size"));
    for (Json image : images) {
      List<String> tags = image.at("RepoTags").items().stream().map(Json::text).toList();
      for (String tag : tags.isEmpty() ? List.of("<none>:<none>") : tags) {
        // The port of a registry has a colon too; the tag's is the one after the last slash.
        int colon = tag.indexOf(':', tag.lastIndexOf('/') + 1);
        long created = image.at("Created").number();
        table.add(
            "Repository",
            colon < 0 ? tag : tag.substring(0, colon),
            "Tag",
            colon < 0 ? "<none>" : tag.substring(colon + 1),
            "ID",
            Words.shortId(image.at("Id").text(), isWhole),
            "CreatedAt",
            Instant.ofEpochSecond(created).toString(),
            "CreatedSince",
            created <= 0 ? "N/A" : Words.ago(created, nowSeconds),
            "Size",
            Words.size(image.at("Size").number()));
      }
    }
    return table;
  }
}
