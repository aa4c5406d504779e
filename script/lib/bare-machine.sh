#!/usr/bin/env bash
# Runs the README's first command on a bare machine: a root made by debootstrap with nothing in it but Debian's
# smallest set, this machine's JDK and registry settings, and a clean checkout of HEAD. Called by script/acceptance.

set -euo pipefail
# shellcheck source=script/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

have_command debootstrap || install_packages 'debootstrap makes the bare machine'

work=$(mktemp -d /var/tmp/fairlead-bare.XXXXXX)
bare=$work/root
# Everything below runs in a pid namespace and a mount namespace: they end with the check, and with them all that
# was started or mounted. What remains is files.
trap 'rm -rf --one-file-system "$work"' EXIT

copy_in() {
  local path
  for path; do
    [[ -e $path ]] || continue
    mkdir -p "$bare$(dirname "$path")"
    cp -aL "$path" "$bare$path"
  done
}

# The first archive of the machine's apt, whichever way it is written down.
mirror() {
  sed -n -e 's/^URIs: *\([^ ]*\).*/\1/p' -e 's/^deb \(\[[^]]*\] *\)\{0,1\}\([^ ]*\).*/\2/p' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1
}

# Where packages come from and whom to trust for it, but no hooks: they name programs that are not there.
copy_registry_settings() {
  local file
  rm -f "$bare"/etc/apt/sources.list
  copy_in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources /etc/apt/auth.conf /etc/apt/trusted.gpg.d \
    /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt /root/.m2/settings.xml
  for file in /etc/apt/apt.conf.d/*; do
    ! grep -qs '^ *Acquire' "$file" || grep -qs 'Post-\|Pre-' "$file" || copy_in "$file"
  done
  # Some packages of a JDK keep its certificates outside.
  file=$(readlink -f "$JAVA_HOME/lib/security/cacerts")
  [[ $file == "$JAVA_HOME"/* ]] || copy_in "$file"
}

find_jdk
cache=$root_dir/build/debootstrap
mkdir -p "$cache" "$bare"
progress 'making a bare machine (debootstrap --variant=minbase bookworm)' "$work/debootstrap.log" \
  debootstrap --variant=minbase --cache-dir="$cache" bookworm "$bare" "$(mirror)"
copy_registry_settings
rm -rf "$bare"/var/lib/apt/lists/* "$bare"/var/cache/apt/archives/*.deb
mkdir -p "$bare/usr/lib/jvm/jdk-25" "$bare/root/fairlead"
git -C "$root_dir" archive HEAD | tar -x -C "$bare/root/fairlead"
say "the checkout is of $(git -C "$root_dir" rev-parse --short HEAD); what is not committed is not in it"

unshare --mount --uts --ipc --pid --fork --kill-child --propagation private \
  "$root_dir/script/lib/bare-machine-enter.sh" "$bare" "$JAVA_HOME" "$root_dir/build/bare-machine.log"
say 'bare machine: passed'
