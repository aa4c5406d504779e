package io.fairlead.linux.netlink;

/** A protocol with ports; its number as in linux/in.h (IPPROTO_*). */
public enum Transport {
  TCP(6),
  UDP(17),
  SCTP(132);

  private final int number;

  Transport(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
