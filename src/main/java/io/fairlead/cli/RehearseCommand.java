package io.fairlead.cli;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the usual commands against answers out of a tin. The launcher calls it once for each build,
 * with the JVM watching, to make the AOT cache: what is loaded here starts in half the time later.
 */
final class RehearseCommand implements Command {
  static final String NAME = "rehearse";

  private static final String CONTAINERS =
      """
      [{"Id":"0123456789abcdef","Names":["/tin"],"Image":"tin","Command":"sh","Created":1.5e9,
        "State":"running","Status":"Up 2 minutes","Labels":{"a":"b"},
        "Ports":[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"}],
        "NetworkSettings":{"Networks":{"bridge":{}}}}]""";
  private static final String CONTAINER =
      """
      {"Id":"0123456789abcdef","Warnings":[],"StatusCode":0,"NetworkSettings":{
        "Ports":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"}]}}}""";
  private static final String UPGRADED =
      "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n\1\0\0\0\0\0\0\1\n";

  @Override
  public Usage usage() {
    return Usage.of(NAME, "Run the usual commands against answers out of a tin");
  }

  @Override
  public int run(Host host, List<String> arguments) throws Exception {
    Path directory = Files.createTempDirectory("fairlead-rehearsal");
    Path socket = directory.resolve("socket");
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofPlatform().daemon().name("rehearsal").start(() -> serve(server));
      String address = "unix://" + socket;
      for (List<String> command :
          List.of(
              List.of("ps", "-a"),
              List.of("run", "--rm", "--name", "tin", "-p", "8080:80", "-e", "A=b", "tin", "sh"),
              List.of("run", "-d", "tin"),
              List.of("stop", "tin"),
              List.of("rm", "-f", "tin"),
              List.of("inspect", "tin"),
              List.of("ps", "--format", "json"),
              List.of("--help"))) {
        var words = new ArrayList<>(List.of("-H", address));
        words.addAll(command);
        Main.execute(words);
      }
      return 0;
    } finally {
      Files.deleteIfExists(socket);
      Files.delete(directory);
    }
  }

  private static void serve(ServerSocketChannel server) {
    while (true) {
      try (SocketChannel client = server.accept()) {
        answer(client);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        Say.line("rehearsal: " + e);
        return;
      }
    }
  }

  /** The requests of a rehearsal fit one read, but for create's, whose body is left unread. */
  private static void answer(SocketChannel client) throws IOException {
    var request = ByteBuffer.allocate(16 * 1024);
    client.read(request);
    String line = new String(request.array(), 0, request.position(), StandardCharsets.ISO_8859_1);
    String body = line.startsWith("GET /containers/json") ? CONTAINERS : CONTAINER;
    String answer =
        line.contains("/attach")
            ? UPGRADED
            : "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(body.length(), body);
    client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.ISO_8859_1)));
  }
}
