package io.fairlead.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * The daemon's log: one event a line, with time, level, thread, where it comes from, and what
 * belongs to it as {@code key="value"}; five files of 10 MB at most.
 */
final class DaemonLog {
  private static final String LINE =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSX,UTC} %-5level [%thread] %logger{0}: %msg%replace( %kvp){'^ $', ''}%n%ex";
  private static final int OLD_FILES = 4;

  /** Of the daemon on the usual roots. */
  static final Path DIRECTORY = Path.of("/var/log/fairlead");

  private DaemonLog() {}

  /** Not in the data root, which is the engine's alone; beside it, unless it is the usual one. */
  static Path fileFor(Path dataRoot) {
    return dataRoot.equals(DaemonCommand.DEFAULT_DATA_ROOT)
        ? DIRECTORY.resolve("fairlead.log")
        : dataRoot.resolveSibling(dataRoot.getFileName() + ".log");
  }

  /** Removes the log of the daemon on a data root, with what it has rotated away. */
  static void delete(Path dataRoot) throws IOException {
    Path file = fileFor(dataRoot);
    Files.deleteIfExists(file);
    for (int i = 1; i <= OLD_FILES; i++) {
      Files.deleteIfExists(Path.of(file + "." + i));
    }
    if (file.startsWith(DIRECTORY)) {
      Files.deleteIfExists(DaemonStart.ERRORS);
      Files.deleteIfExists(DIRECTORY);
    }
  }

  /**
   * @param alsoHere whether it goes to standard error too
   */
  static void open(Path file, String level, boolean alsoHere) {
    LoggerContext context = freshContext(level);
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(started(file(context, file), context));
    if (alsoHere) {
      root.addAppender(started(console(), context));
    }
  }

  /** For a command that uses the engine itself: warnings to standard error, and no file. */
  static void openQuietly() {
    LoggerContext context = freshContext("warn");
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(started(console(), context));
  }

  private static LoggerContext freshContext(String level) {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.toLevel(level));
    if (!Level.toLevel(level).isGreaterOrEqual(Level.INFO)) {
      // At debug, Netty tells of each of its settings and buffers.
      context.getLogger("io.netty").setLevel(Level.INFO);
    }
    return context;
  }

  private static ConsoleAppender<ILoggingEvent> console() {
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setTarget("System.err");
    return console;
  }

  private static OutputStreamAppender<ILoggingEvent> started(
      OutputStreamAppender<ILoggingEvent> appender, LoggerContext context) {
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(LINE);
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }

  private static RollingFileAppender<ILoggingEvent> file(LoggerContext context, Path file) {
    var appender = new RollingFileAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setFile(file.toString());
    var window = new FixedWindowRollingPolicy();
    window.setContext(context);
    window.setParent(appender);
    window.setFileNamePattern(file + ".%i");
    window.setMinIndex(1);
    window.setMaxIndex(OLD_FILES);
    window.start();
    var trigger = new SizeBasedTriggeringPolicy<ILoggingEvent>();
    trigger.setContext(context);
    trigger.setMaxFileSize(FileSize.valueOf("10MB"));
    trigger.start();
    appender.setRollingPolicy(window);
    appender.setTriggeringPolicy(trigger);
    return appender;
  }
}
