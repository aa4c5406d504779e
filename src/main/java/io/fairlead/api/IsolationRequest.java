package io.fairlead.api;

import io.fairlead.runtime.Isolation;
import java.util.List;

/** What a create asks to share with the host and with others, and to have in its root. */
final class IsolationRequest {
  private IsolationRequest() {}

  /**
   * @param host {@code HostConfig} of a create
   */
  static Isolation of(Fields host) {
    return new Isolation(
        host.text("IpcMode"),
        host.text("PidMode"),
        host.text("UTSMode"),
        host.text("CgroupnsMode"),
        host.text("CgroupParent"),
        host.texts("SecurityOpt"),
        host.flag("ReadonlyRootfs"),
        host.textsByKey("Tmpfs"),
        host.whole("ShmSize"),
        host.textsByKey("Sysctls"),
        host.texts("GroupAdd"),
        devices(host),
        host.texts("DeviceCgroupRules"),
        host.optionalTexts("MaskedPaths"),
        host.optionalTexts("ReadonlyPaths"),
        host.flag("Init"));
  }

  private static List<Isolation.Device> devices(Fields host) {
    return host.objects("Devices").stream()
        .map(
            each ->
                new Isolation.Device(
                    each.text("PathOnHost"),
                    each.text("PathInContainer"),
                    each.text("CgroupPermissions")))
        .toList();
  }
}
