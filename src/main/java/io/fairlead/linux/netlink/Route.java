package io.fairlead.linux.netlink;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A unicast route of the main table.
 *
 * @param destination with its host bits zero; of a default route {@code 0.0.0.0} or {@code ::}
 * @param prefixLength in bits; 0 for a default route
 * @param gateway null where the destination is on the link itself
 * @param linkIndex of a route with several next hops: the first one's
 * @param metric the lower wins. 0 leaves it to the kernel: v4 0, v6 1024
 */
public record Route(
    InetAddress destination,
    int prefixLength,
    @Nullable InetAddress gateway,
    int linkIndex,
    int metric) {

  /** The route to everywhere else, through a gateway. */
  public static Route byDefault(InetAddress gateway, int linkIndex) {
    var any = Attributes.inetAddress(new byte[gateway.getAddress().length]);
    return new Route(any, 0, gateway, linkIndex, 0);
  }

  public boolean isDefault() {
    return prefixLength == 0;
  }
}
