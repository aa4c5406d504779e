#!/usr/bin/env bash
# script/lib/dockerd.sh: Debian's Docker, to compare with; unpacked below build/, never installed.
# Prints the folder that it is in, on standard output: DIR/usr/bin/docker, DIR/usr/sbin/dockerd and what these need.

set -euo pipefail
# shellcheck source=script/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

fetch() {
  local dir=$1 package deb
  for package in docker.io containerd runc iptables libnftnl11 libxtables12 libip4tc2 libip6tc2; do
    (cd "$dir" && apt-get -q -o APT::Sandbox::User=root download "$package") || return 1
  done
  for deb in "$dir"/*.deb; do
    dpkg -x "$deb" "$dir" && rm -f "$deb"
  done
  # What update-alternatives would do.
  ln -sf xtables-nft-multi "$dir/usr/sbin/iptables"
  ln -sf xtables-nft-multi "$dir/usr/sbin/ip6tables"
}

dir=$root_dir/build/bench/dockerd
if [[ ! -x $dir/usr/sbin/iptables ]]; then
  mkdir -p "$dir"
  have_file /var/lib/apt/lists/*_Packages* || update_lists "$root_dir/build/apt.log"
  progress "fetching Debian's Docker (unpacked below build/, not installed)" "$root_dir/build/bench/dockerd.log" \
    fetch "$dir"
fi
printf '%s\n' "$dir"
