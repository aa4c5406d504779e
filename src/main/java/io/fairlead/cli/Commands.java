package io.fairlead.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** All commands by name, in the order of the help. Only the one that is called gets loaded. */
final class Commands {
  private static final Map<String, Supplier<Command>> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put("run", RunCommand::new);
    TABLE.put("create", CreateCommand::new);
    TABLE.put("start", StartCommand::new);
    TABLE.put("stop", StopCommand::stop);
    TABLE.put("restart", StopCommand::restart);
    TABLE.put("kill", KillCommand::new);
    TABLE.put("pause", PauseCommand::pause);
    TABLE.put("unpause", PauseCommand::unpause);
    TABLE.put("rename", RenameCommand::new);
    TABLE.put("update", UpdateCommand::new);
    TABLE.put("top", TopCommand::new);
    TABLE.put("wait", WaitCommand::new);
    TABLE.put("attach", AttachCommand::new);
    TABLE.put("exec", ExecCommand::new);
    TABLE.put("cp", CopyCommand::new);
    TABLE.put("diff", DiffCommand::new);
    TABLE.put("export", ExportCommand::new);
    TABLE.put("rm", RemoveCommand::new);
    TABLE.put("ps", PsCommand::new);
    TABLE.put("logs", LogsCommand::new);
    TABLE.put("inspect", InspectCommand::new);
    TABLE.put("port", PortCommand::new);
    TABLE.put("images", ImagesCommand::new);
    TABLE.put("import", ImportCommand::new);
    TABLE.put("load", LoadCommand::new);
    TABLE.put("save", SaveCommand::new);
    TABLE.put("tag", TagCommand::new);
    TABLE.put("history", HistoryCommand::new);
    TABLE.put("rmi", RemoveImageCommand::new);
    TABLE.put("network ls", NetworkListCommand::new);
    TABLE.put("network inspect", NetworkInspectCommand::new);
    TABLE.put("map", MapCommand::new);
    TABLE.put("events", EventsCommand::new);
    TABLE.put("info", InfoCommand::new);
    TABLE.put("version", VersionCommand::new);
    TABLE.put("daemon", DaemonCommand::new);
    TABLE.put("daemon status", DaemonStatusCommand::new);
    TABLE.put("daemon stop", DaemonStopCommand::new);
    TABLE.put("reset", ResetCommand::new);
    TABLE.put("completion", CompletionCommand::new);
  }

  private Commands() {}

  static Map<String, Supplier<Command>> table() {
    return TABLE;
  }
}
