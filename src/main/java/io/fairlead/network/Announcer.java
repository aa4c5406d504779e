package io.fairlead.network;

import static io.fairlead.linux.Errno.check;

import io.fairlead.linux.Fd;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import io.fairlead.linux.NetNamespace;
import io.fairlead.network.address.InterfaceAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the neighbours of a new endpoint who has its addresses now: gratuitous ARP (RFC 5227,
 * section 3) and unsolicited neighbour advertisements (RFC 4861, section 7.2.6), once at once and
 * twice more a second apart. Outside the writer: nobody waits for it.
 */
final class Announcer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);
  private static final int ANNOUNCEMENTS = 3;

  private static final int AF_PACKET = 17;
  private static final int ETH_P_ARP = 0x0806;
  private static final int ETH_P_IPV6 = 0x86dd;
  private static final byte[] BROADCAST = {-1, -1, -1, -1, -1, -1};
  private static final byte[] ALL_NODES_MAC = {0x33, 0x33, 0, 0, 0, 1};

  private final ScheduledThreadPoolExecutor timer;

  Announcer() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, work -> Thread.ofPlatform().name("announcer").daemon().unstarted(work));
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * @param index of the link, inside the sandbox
   */
  void announce(Path pin, int index, byte[] mac, List<InterfaceAddress> addresses) {
    for (int i = 0; i < ANNOUNCEMENTS; i++) {
      var _ = timer.schedule(() -> send(pin, index, mac, addresses), i, TimeUnit.SECONDS);
    }
  }

  private static void send(Path pin, int index, byte[] mac, List<InterfaceAddress> addresses) {
    if (!Files.exists(pin)) {
      return;
    }
    try (var here = NetNamespace.ofThisThread().open()) {
      new NetNamespace(pin).enter();
      try (var socket =
          new Fd(
              check(
                  Libc.socket(AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0),
                  "socket(AF_PACKET)",
                  pin.toString()))) {
        for (InterfaceAddress address : addresses) {
          byte[] bytes = address.address().getAddress();
          byte[] frame =
              address.address() instanceof Inet6Address
                  ? neighbourAdvertisement(mac, bytes)
                  : gratuitousArp(mac, bytes);
          transmit(socket, index, frame, bytes.length == 4 ? ETH_P_ARP : ETH_P_IPV6);
        }
      } finally {
        // Staying would keep the sandbox's namespace alive.
        check(Libc.setns(here.number(), Libc.CLONE_NEWNET), "setns", "back");
      }
    } catch (KernelException e) {
      LOG.debug("announcement in {} not sent: {}", pin, e.getMessage());
    }
  }

  static void transmit(Fd socket, int index, byte[] frame, int protocol) {
    try (var arena = Arena.ofConfined()) {
      // struct sockaddr_ll, linux/if_packet.h
      MemorySegment address = arena.allocate(20);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(ValueLayout.JAVA_SHORT, 2, Short.reverseBytes((short) protocol));
      address.set(ValueLayout.JAVA_INT, 4, index);
      check(Libc.bind(socket.number(), address), "bind(AF_PACKET)", "link " + index);
      check(
          Libc.send(socket.number(), arena.allocateFrom(ValueLayout.JAVA_BYTE, frame), 0),
          "send(AF_PACKET)",
          "link " + index);
    }
  }

  /** An ARP request whose sender and target are the same address. */
  static byte[] gratuitousArp(byte[] mac, byte[] address) {
    return ByteBuffer.allocate(42)
        .put(BROADCAST)
        .put(mac)
        .putShort((short) ETH_P_ARP)
        .putShort((short) 1)
        .putShort((short) 0x0800)
        .put((byte) 6)
        .put((byte) 4)
        .putShort((short) 1)
        .put(mac)
        .put(address)
        .put(new byte[6])
        .put(address)
        .array();
  }

  /**
   * A neighbour advertisement to all nodes, override flag set, with the target's link-layer
   * address.
   */
  static byte[] neighbourAdvertisement(byte[] mac, byte[] address) {
    byte[] allNodes = new byte[16];
    allNodes[0] = (byte) 0xff;
    allNodes[1] = 2;
    allNodes[15] = 1;
    byte[] icmp =
        ByteBuffer.allocate(32)
            .put((byte) 136)
            .put((byte) 0)
            .putShort((short) 0)
            .putInt(0x20000000)
            .put(address)
            .put((byte) 2)
            .put((byte) 1)
            .put(mac)
            .array();
    short checksum = checksum(address, allNodes, icmp);
    icmp[2] = (byte) (checksum >> 8);
    icmp[3] = (byte) checksum;
    return ByteBuffer.allocate(14 + 40 + icmp.length)
        .put(ALL_NODES_MAC)
        .put(mac)
        .putShort((short) ETH_P_IPV6)
        .putInt(0x60000000)
        .putShort((short) icmp.length)
        .put((byte) 58)
        .put((byte) 255)
        .put(address)
        .put(allNodes)
        .put(icmp)
        .array();
  }

  /** RFC 4443, section 2.3: over the pseudo-header of RFC 8200, section 8.1. */
  private static short checksum(byte[] source, byte[] destination, byte[] icmp) {
    ByteBuffer all =
        ByteBuffer.allocate(40 + icmp.length)
            .put(source)
            .put(destination)
            .putInt(icmp.length)
            .putInt(58)
            .put(icmp)
            .flip();
    long sum = 0;
    while (all.hasRemaining()) {
      sum += Short.toUnsignedInt(all.getShort());
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (short) ~sum;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
