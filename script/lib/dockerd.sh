#!/usr/bin/env bash
# script/lib/dockerd.sh: Debian's Docker, to compare with; unpacked below build/, never installed.
# Prints the folder that it is in, on standard output: DIR/usr/bin/docker, DIR/usr/sbin/dockerd and what these need.
#
#   --client   the docker command is enough

set -euo pipefail
# shellcheck source=script/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

fetch() {
  local dir=$1 package deb
  shift
  for package; do
    (cd "$dir" && apt-get -q -o APT::Sandbox::User=root download "$package") || return 1
  done
  for deb in "$dir"/*.deb; do
    dpkg -x "$deb" "$dir" && rm -f "$deb"
  done
  # What update-alternatives would do.
  [[ ! -e $dir/usr/sbin/xtables-nft-multi ]] || ln -sf xtables-nft-multi "$dir/usr/sbin/iptables"
  [[ ! -e $dir/usr/sbin/xtables-nft-multi ]] || ln -sf xtables-nft-multi "$dir/usr/sbin/ip6tables"
}

dir=$root_dir/build/bench/dockerd
packages=(docker.io)
[[ ${1-} == --client ]] || packages+=(containerd runc iptables libnftnl11 libxtables12 libip4tc2 libip6tc2)
missing=()
for package in "${packages[@]}"; do
  [[ -e $dir/usr/share/doc/$package ]] || missing+=("$package")
done
if ((${#missing[@]} > 0)); then
  mkdir -p "$dir"
  have_file /var/lib/apt/lists/*_Packages* || update_lists "$root_dir/build/apt.log"
  progress "fetching Debian's Docker (unpacked below build/, not installed)" "$root_dir/build/bench/dockerd.log" \
    fetch "$dir" "${missing[@]}"
fi
printf '%s\n' "$dir"
