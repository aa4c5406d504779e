#!/usr/bin/env bash
# What is done and claimed on the bare machine. Called by bare-machine-enter.sh as its pid 1, with the machine's
# network; the run itself has a network namespace of its own. Descriptor 3 is the log.

set -euo pipefail
cd /

fail() {
  echo "bare machine: $*" >&2
  exit 1
}

step() { echo "bare machine: $*" | tee -a /dev/fd/3 >&2; }

set_up() {
  local absent
  for absent in java javac curl wget unzip ip ps make sudo git crun conmon nft busybox; do
    ! command -v "$absent" >/dev/null || fail "this is no bare machine: it has $absent"
  done
  step 'set-up, with the network of the machine'
  /root/fairlead/fairlead version 2>&1 | tee -a /dev/fd/3
}

# Waits for something to become true, at most so many seconds.
await() {
  local seconds=$1 tries
  shift
  for ((tries = seconds * 10; tries > 0; tries--)); do
    "$@" && return
    sleep 0.1
  done
  fail "not within $seconds s: $*"
}

fetch() { busybox wget -q -O /tmp/page http://localhost:8080/ 2>/dev/null; }

is_gone() { [[ ! -e /proc/$1 ]]; }

has_only_loopback() { [[ $(sed 1,2d /proc/net/dev | cut -d: -f1 | tr -d ' ') == lo ]]; }

# Apart from this shell and its child, pid 1's.
has_no_process_left() {
  local process name left=''
  for process in /proc/[0-9]*; do
    name=$(tr '\0' ' ' <"$process/cmdline" 2>/dev/null) || continue
    [[ $name != *fairlead* && $name != *conmon* && $name != *httpd* ]] ||
      [[ $name == *bare-machine-inside* ]] || left+="$name; "
  done
  [[ -z $left ]]
}

run_readme() {
  local mounts run id
  mounts=$(wc -l </proc/self/mounts)
  busybox ip link set lo up
  /root/fairlead/fairlead run --rm -p 8080:80 fairlead/hello >/tmp/run.out 2>&1 &
  run=$!
  await 60 fetch
  step "the page ($(wc -c </tmp/page) bytes) was fetched"
  await 10 grep -q 'http://localhost:8080' /tmp/run.out
  await 10 grep -q 'DOCKER_HOST=unix:///run/fairlead/fairlead.sock' /tmp/run.out
  tee -a /dev/fd/3 </tmp/run.out
  grep -qi '<html' /tmp/page || fail 'that is no page'
  grep -q '172\.17\.' /tmp/page || fail 'the page does not show the address of the container'
  /root/fairlead/fairlead ps | tee -a /dev/fd/3
  time /root/fairlead/fairlead ps
  id=$(/root/fairlead/fairlead ps -q --no-trunc)
  kill -TERM "$run"
  await 15 is_gone "$run"
  [[ -z $(/root/fairlead/fairlead ps -aq) ]] || fail 'the container is still there'
  step 'the container has ended and is removed'
  /root/fairlead/fairlead reset --yes
  await 5 has_only_loopback
  await 5 has_no_process_left
  [[ -z $(find /sys/fs/cgroup -name "fairlead-$id*") ]] || fail "a cgroup of container $id is left"
  [[ $(wc -l </proc/self/mounts) == "$mounts" ]] || fail "mounts are left: $(cat /proc/self/mounts)"
  step 'nothing is left'
}

if [[ ${1-} == in-private-network ]]; then
  run_readme
else
  set_up
  step 'the README, in a network namespace of its own'
  unshare --net /bin/bash "$0" in-private-network
fi
