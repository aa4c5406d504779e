#!/usr/bin/env bash
# bench/start.sh: how long "docker run --rm --network bridge IMAGE true" takes with Fairlead and with Debian's Docker.
#
# The same docker command and the same image (busybox) with both daemons. Each daemon is in network, mount and
# process namespaces of its own and has roots of its own; all of it goes when the script ends, however it ends.
# Docker is unpacked below build/ from Debian's packages and never installed. Both are warmed, then run by turns.
#
#   bench/start.sh [PAIRS [WARM_UP_RUNS]]   30 pairs after 25 runs of each, unless said otherwise
#   --help                                  this text
#
# KEEP_LOGS=1 keeps the daemons' logs in build/bench/logs.

set -euo pipefail
# shellcheck source=script/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../script/lib/common.sh"
# shellcheck source=bench/daemons.sh
source "$(dirname "${BASH_SOURCE[0]}")/daemons.sh"

[[ ${1-} != -h && ${1-} != --help ]] || { print_help && exit; }
become_root "$root_dir/bench/start.sh" "$@"
pairs=${1:-30}
warm_up=${2:-25}

# once NAME: one run; sets micros.
once() {
  local began=$EPOCHREALTIME
  docker -H "unix://$work/$1.sock" run --rm --network bridge bench true
  local ended=$EPOCHREALTIME
  micros=$((${ended/[.,]/} - ${began/[.,]/}))
}

start_daemons
describe
printf 'docker run --rm --network bridge IMAGE true: %d pairs by turns, after %d runs of each\n' "$pairs" "$warm_up"
for ((i = 0; i < warm_up; i++)); do
  once fairlead
  once docker
done
for ((i = 0; i < pairs; i++)); do
  once fairlead && fairlead=$micros
  once docker
  printf '%d\n' "$fairlead" >>"$work/fairlead.us"
  printf '%d\n' "$micros" >>"$work/docker.us"
  printf '%d\n' $((micros * 1000 / fairlead)) >>"$work/ratio"
  began=$EPOCHREALTIME
  docker -H "unix://$work/fairlead.sock" version >/dev/null
  ended=$EPOCHREALTIME
  printf '%d\n' $((${ended/[.,]/} - ${began/[.,]/})) >>"$work/client.us"
done
printf '%-34s %9s %9s %9s\n' '' min median p99
printf '%-34s %s\n' 'Fairlead, ms' "$(summary <"$work/fairlead.us")"
printf '%-34s %s\n' 'Docker, ms' "$(summary <"$work/docker.us")"
printf '%-34s %s\n' 'docker version alone, ms' "$(summary <"$work/client.us")"
printf '%-34s %s\n' 'Docker : Fairlead, of each pair' "$(summary <"$work/ratio")"
printf 'load %s\n' "$(cut -d ' ' -f 1-3 /proc/loadavg)"
printf "the last start, by the daemon's log:\n"
grep -hE ' runs| ended| removed' "$work"/fairlead.out | tail -n 3
