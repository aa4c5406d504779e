#!/usr/bin/env bash
# bench/ports.sh: what many published ports of one container cost, with Fairlead and with Debian's Docker.
#
# The same docker command, image and flags with both daemons, by turns: a range whose numbers are equal on both sides,
# and as many single ports. Said are the time of 'docker start' and of 'docker rm -f', their ratios, and what memory was
# taken meanwhile: that of the daemon's processes (proportional set size), and the kernel's (slab; the whole
# machine's, so quiet it first).
#
#   bench/ports.sh [ROUNDS [PORTS]]   3 rounds of 500 ports, unless said otherwise; one more before them warms up
#   --help                            this text
#
# KEEP_LOGS=1 keeps the daemons' logs in build/bench/logs.

set -euo pipefail
# shellcheck source=script/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../script/lib/common.sh"
# shellcheck source=bench/daemons.sh
source "$(dirname "${BASH_SOURCE[0]}")/daemons.sh"

[[ ${1-} != -h && ${1-} != --help ]] || { print_help && exit; }
become_root "$root_dir/bench/ports.sh" "$@"
rounds=${1:-3}
count=${2:-500}

# timed COMMAND...: sets micros.
timed() {
  local began=$EPOCHREALTIME
  "$@" >/dev/null
  local ended=$EPOCHREALTIME
  micros=$((${ended/[.,]/} - ${began/[.,]/}))
}

# The network namespace of a daemon: of the first process in its own ones.
namespace_of() {
  local unshared=${members[$([[ $1 == fairlead ]] && echo 0 || echo 1)]} first
  read -r first _ <"/proc/$unshared/task/$unshared/children"
  readlink "/proc/$first/ns/net"
}

# KiB that the processes of a daemon have, shared ones by their share.
process_memory() {
  local namespace process
  namespace=$(namespace_of "$1")
  for process in /proc/[0-9]*; do
    [[ $(readlink "$process/ns/net" 2>/dev/null) != "$namespace" ]] || cat "$process/smaps_rollup" 2>/dev/null || true
  done | awk '$1 == "Pss:" { sum += $2 } END { print sum + 0 }'
}

kernel_memory() { awk '$1 == "Slab:" { print $2 }' /proc/meminfo; }

# once NAME FORM FLAGS...: start and remove; writes the figures to files named by form, step and daemon.
once() {
  local name=$1 form=$2 processes kernel
  shift 2
  local -a docker=(docker -H "unix://$work/$name.sock")
  "${docker[@]}" create --name ports "$@" bench sleep 1000 >/dev/null
  processes=$(process_memory "$name")
  kernel=$(kernel_memory)
  timed "${docker[@]}" start ports
  printf '%d\n' "$micros" >>"$work/$form.start.$name"
  printf '%d\n' $(($(process_memory "$name") - processes)) >>"$work/$form.processes.$name"
  printf '%d\n' $(($(kernel_memory) - kernel)) >>"$work/$form.kernel.$name"
  timed "${docker[@]}" rm -f ports
  printf '%d\n' "$micros" >>"$work/$form.remove.$name"
}

# median FILE: without the first line.
median() { tail -n +2 "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

start_daemons
describe
equal=(-p "20000-$((20000 + count - 1)):20000-$((20000 + count - 1))")
scattered=()
for ((i = 0; i < count; i++)); do
  scattered+=(-p "$((20000 + 7 * i)):$((20000 + 7 * i))")
done
for ((round = 0; round <= rounds; round++)); do
  for form in equal scattered; do
    declare -n flags=$form
    once fairlead "$form" "${flags[@]}"
    once docker "$form" "${flags[@]}"
  done
done

printf '%d ports, medians of %d\n%-36s %12s %12s %8s\n' "$count" "$rounds" '' Fairlead Docker ratio
for form in equal scattered; do
  for step in start remove processes kernel; do
    fairlead=$(median "$work/$form.$step.fairlead")
    docker=$(median "$work/$form.$step.docker")
    case $step in
      start | remove) what="$form, $step, ms" ;;
      processes) what="$form, memory of processes, MiB" ;;
      kernel) what="$form, slab of the kernel, MiB" ;;
    esac
    awk -v what="$what" -v ours="$fairlead" -v theirs="$docker" -v unit="$([[ $what == *ms ]] && echo 1000 || echo 1024)" \
      'BEGIN { printf "%-36s %12.1f %12.1f %8s\n", what, ours / unit, theirs / unit,
               (ours > 0 ? sprintf("%.1f", theirs / ours) : "-") }'
  done
done
printf 'load %s\n' "$(cut -d ' ' -f 1-3 /proc/loadavg)"
