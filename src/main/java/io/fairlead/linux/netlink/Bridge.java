package io.fairlead.linux.netlink;

/** A bridge to be made: no spanning tree, no forward delay, no VLAN filter. */
public record Bridge(String name, MacAddress mac, int mtuBytes, int group) {}
