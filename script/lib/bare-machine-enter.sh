#!/usr/bin/env bash
# Makes a directory the root of this mount namespace and goes on in it. Called by bare-machine.sh, as pid 1 of
# namespaces of its own: bare-machine-enter.sh ROOT JDK LOG

set -euo pipefail
bare=$1 jdk=$2 log=$3

mount --bind "$bare" "$bare"
mount -t proc proc "$bare/proc"
mount --rbind /sys "$bare/sys"
mount --rbind /dev "$bare/dev"
mount -t tmpfs tmpfs "$bare/run"
mount -t tmpfs tmpfs "$bare/tmp"
mount --bind "$jdk" "$bare/usr/lib/jvm/jdk-25"
mount -o remount,bind,ro "$bare/usr/lib/jvm/jdk-25"
mkdir -p "$bare/mnt"
# The log is the machine's, so that it is there after a failure.
: >"$log"
exec 3>>"$log"
pivot_root "$bare" "$bare/mnt"
cd /
umount -l /mnt
# A login's environment, and the settings by which this machine reaches its registries.
keep=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY MAVEN_OPTS SSL_CERT_FILE; do
  [[ -z ${!name-} ]] || keep+=("$name=${!name}")
done
exec env -i "${keep[@]}" /bin/bash /root/fairlead/script/lib/bare-machine-inside.sh
