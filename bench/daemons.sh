# bench/daemons.sh: a daemon of Fairlead and one of Debian's Docker, side by side, for the scripts that compare them.
#
# Sourced. Each daemon is in network, mount and process namespaces of its own and has roots of its own; all of it goes
# when the script ends, however it ends. Docker is unpacked below build/ from Debian's packages and never installed.

# member NAME COMMAND...: a daemon in namespaces of its own, until this script closes the fifo; the shell that is
# the first process there reaps what daemons leave to it.
member() {
  local name=$1
  shift
  # shellcheck disable=SC2016
  unshare --net --mount --pid --fork --kill-child --mount-proc bash -c '
    ip link set lo up
    # On most machines /run is in memory; shims and the lock of iptables have fixed places in it.
    mount -t tmpfs tmpfs /run
    "$@" &
    read -r || true
    kill -TERM $! && wait $!' bash "$@" <"$work/hold" >"$work/$name.out" 2>&1 &
  members+=($!)
}

await_daemon() {
  local name=$1 try
  for try in {1..600}; do
    docker -H "unix://$work/$name.sock" version >/dev/null 2>&1 && return
    sleep 0.1
  done
  cat "$work/$name.out" >&2
  die "the daemon '$name' does not answer after $((try / 10)) s"
}

clean_up() {
  local member left
  [[ -z ${hold-} ]] || exec {hold}>&-
  for member in "${members[@]}"; do
    # An unopened fifo would hold it for ever.
    [[ -n ${hold-} ]] || kill "$member" 2>/dev/null || true
    wait "$member" || true
  done
  if [[ -n ${KEEP_LOGS-} ]]; then
    mkdir -p "$root_dir/build/bench/logs"
    cp "$work"/*.out "$root_dir/build/bench/logs/"
  fi
  for left in /sys/fs/cgroup/docker /sys/fs/cgroup/*/docker; do
    rmdir "$left" 2>/dev/null || true
  done
  rm -rf "$work"
}

# The figures on standard input, one a line in microseconds, as "median p99" in milliseconds.
summary() {
  sort -n | awk '{ v[NR] = $1 } END {
    median = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
    p99 = v[int((NR * 99 + 99) / 100)]
    printf "%9.1f %9.1f %9.1f\n", v[1] / 1000, median / 1000, p99 / 1000 }'
}

# start_daemons: both answer at $work/NAME.sock, NAME being fairlead or docker, and have the image 'bench'.
start_daemons() {
  local name dockerd_dir
  dockerd_dir=$("$root_dir/script/lib/dockerd.sh")
  find_docker
  "$root_dir/fairlead" version >/dev/null

  work=$(mktemp -d /var/tmp/fairlead-bench.XXXXXX)
  members=()
  trap clean_up EXIT
  mkfifo "$work/hold"
  mkdir -p "$work/image/bin" "$work/image/etc" "$work/image/tmp"
  cp "$(command -v busybox || echo /bin/busybox)" "$work/image/bin/busybox"
  for name in sh true sleep ip; do ln -s busybox "$work/image/bin/$name"; done

  member fairlead "$root_dir/fairlead" daemon -H "unix://$work/fairlead.sock" --data-root "$work/fairlead" \
    --exec-root /run/fairlead
  member docker env "PATH=$dockerd_dir/usr/sbin:$dockerd_dir/usr/bin:$PATH" \
    "LD_LIBRARY_PATH=$dockerd_dir/usr/lib/$(uname -m)-linux-gnu" dockerd -H "unix://$work/docker.sock" \
    --data-root "$work/docker" --exec-root /run/docker --pidfile /run/docker.pid --storage-driver overlay2
  exec {hold}>"$work/hold"
  for name in fairlead docker; do
    await_daemon "$name"
    tar -C "$work/image" -c . | docker -H "unix://$work/$name.sock" import - bench >/dev/null
  done
}

# describe: the machine's load, and who is compared.
describe() {
  printf 'load %s; docker command %s; Docker %s; Fairlead %s\n' "$(cut -d ' ' -f 1-3 /proc/loadavg)" \
    "$(docker --version | cut -d ' ' -f 3)" \
    "$(docker -H "unix://$work/docker.sock" version -f '{{.Server.Version}}')" \
    "$(docker -H "unix://$work/fairlead.sock" version -f '{{.Server.Version}}')"
}
