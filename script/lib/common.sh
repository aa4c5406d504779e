# shellcheck shell=bash
# What the scripts and ./fairlead share; sourced, never run. Needs bash and what Debian calls essential:
# no ps, ip, curl, unzip, make or awk beyond mawk can be relied on.

root_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
minimum_jdk=25

say() { printf 'fairlead: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# Prints the comment at the top of the script that calls it.
print_help() { sed -n '2,/^$/{s/^# \{0,1\}//p;}' "$0"; }

# --- one long step, with how far it is ---------------------------------------------------------------

# progress TEXT LOG COMMAND...: runs the command with its output in LOG, and says what it does and how far it is:
# the seconds, and how many files it has fetched. Where it fails, shows the end of the log and returns its status.
progress() {
  local text=$1 log=$2 began=$SECONDS status=0 ticker
  shift 2
  : >"$log"
  if [[ -t 2 ]]; then
    (while printf '\r\033[Kfairlead: %s ... %s' "$text" "$(how_far "$log" "$began")" >&2; do sleep 1; done) \
      </dev/null >/dev/null &
  else
    say "$text ..."
    # Nothing of it may hold a caller's pipe: the sleep outlives its shell.
    (while sleep 20 2>/dev/null; do say "$text ... $(how_far "$log" "$began")"; done) </dev/null >/dev/null &
  fi
  ticker=$!
  "$@" </dev/null >>"$log" 2>&1 || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  # Back to the start of the line, and clear it.
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
  if ((status == 0)); then
    say "$text: done in $((SECONDS - began))s"
  else
    say "$text: failed after $((SECONDS - began))s; the end of $log:"
    tail -n 25 "$log" >&2
  fi
  return "$status"
}

how_far() {
  local files
  # As Maven, debootstrap and apt tell it.
  files=$(grep -c -e '^Downloaded from ' -e '^\[INFO\] Downloaded from ' -e '^I: Retrieving ' -e '^Get:' "$1" || true)
  printf '%ds%s' $((SECONDS - $2)) "$( ((files == 0)) || printf ', %d files fetched' "$files")"
}

# --- root ------------------------------------------------------------------------------------------

# become_root SCRIPT ARGS...: returns when we are root, else runs the script again through sudo.
become_root() {
  ((EUID == 0)) && return
  command -v sudo >/dev/null ||
    die "this needs root (network namespaces, mounts, the firewall) and there is no sudo here; run it as root: su -c '$1'"
  local name kept=()
  # sudo drops the environment: a JDK in an unusual place and a proxy would be lost with it.
  for name in JAVA_HOME MAVEN_OPTS MAVEN_ARGS CI http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY \
    DOCKER_HOST FAIRLEAD_HOST; do
    [[ -z ${!name-} ]] || kept+=("$name=${!name}")
  done
  say "root is needed; running again through sudo"
  exec sudo -- env "${kept[@]}" "$@"
}

# --- a JDK -----------------------------------------------------------------------------------------

# Prints the major version of the JDK in a directory, read from its release file: starting a JVM costs 40 ms.
jdk_major() {
  local line
  [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 1
  while IFS= read -r line; do
    if [[ $line =~ ^JAVA_VERSION=\"([0-9]+) ]]; then
      printf '%s' "${BASH_REMATCH[1]}"
      return 0
    fi
  done <"$1/release"
  return 1
}

# Sets and exports JAVA_HOME: the JDK 25 or newer that is named there already, or is in one of the usual places.
find_jdk() {
  local dir home major on_path places newer='' seen=()
  if [[ -n ${JAVA_HOME-} ]] && major=$(jdk_major "$JAVA_HOME") && ((major >= minimum_jdk)); then
    export JAVA_HOME
    return
  fi
  places=(/usr/lib/jvm/* /opt/* /opt/*/*)
  # Through sudo the home is root's; the JDK may be in that of who called it.
  for home in "${HOME-}" ${SUDO_USER:+"$(getent passwd "$SUDO_USER" | cut -d: -f6)"}; do
    places+=("$home"/.sdkman/candidates/java/*)
  done
  on_path=$(readlink -f "$(command -v javac || command -v java || true)" || true)
  for dir in "${places[@]}" "${on_path%/bin/java*}"; do
    major=$(jdk_major "$dir") || continue
    seen+=("$dir ($major)")
    if ((major == minimum_jdk)); then
      export JAVA_HOME=$dir
      return
    fi
    ((major < minimum_jdk)) || newer=$dir
  done
  if [[ -n $newer ]]; then
    export JAVA_HOME=$newer
    return
  fi
  say "a JDK $minimum_jdk or newer is needed, and none was found."
  say "  looked at: JAVA_HOME (${JAVA_HOME:-not set}), /usr/lib/jvm/*, /opt/*, ~/.sdkman/candidates/java/*, java on the PATH"
  ((${#seen[@]} == 0)) || say "  found only: ${seen[*]}"
  die "  install one (apt-get install openjdk-25-jdk-headless where Debian has it, or unpack any JDK $minimum_jdk build under /opt), or set JAVA_HOME."
}

# --- packages --------------------------------------------------------------------------------------

# Prints "PACKAGE WHY" for each package that a running engine needs and this machine lacks. Files are asked, not
# dpkg: that takes no process, and counts what was installed in another way.
missing_runtime_packages() {
  have_command crun || have_command runc || echo 'crun starts the containers'
  have_command conmon || echo 'conmon keeps their output and exit status'
  have_file /usr/lib/*/libnftables.so.1 /lib/*/libnftables.so.1 /usr/lib64/libnftables.so.1 /usr/lib/libnftables.so.1 ||
    echo 'libnftables1 writes the firewall'
  have_file /usr/share/containers/seccomp.json /etc/containers/seccomp.json ||
    echo 'golang-github-containers-common brings the seccomp profile'
  have_file /usr/share/doc/busybox-static /var/lib/dpkg/info/busybox-static.list ||
    echo 'busybox-static is what the fairlead/hello image is made of'
}

# The same for what the tests use besides.
missing_test_packages() {
  have_command crun || echo 'crun is one of the two runtimes tested'
  have_command runc || echo 'runc is the other'
  have_command iptables-save || echo 'iptables makes the firewalls of others'
  have_command nft || echo 'nftables reads the firewall with other eyes than ours'
  have_command ip || echo 'iproute2 does so for links and routes'
  have_command tar || echo 'tar makes images'
  have_command tmux || echo 'tmux is the terminal that a person sits at'
}

have_command() { command -v "$1" >/dev/null || [[ -x /usr/sbin/$1 || -x /sbin/$1 ]]; }

have_file() {
  local file
  for file; do
    [[ ! -e $file ]] || return 0
  done
  return 1
}

# install_packages LIST: installs what the lines "PACKAGE WHY" name, after saying so. Needs root.
install_packages() {
  [[ -n $1 ]] || return 0
  local package why packages=() log
  say 'system packages are missing:'
  while read -r package why; do
    [[ " ${packages[*]-} " == *" $package "* ]] && continue
    packages+=("$package")
    say "  $package: $why"
  done <<<"$1"
  local by_hand="apt-get update && apt-get install --no-install-recommends ${packages[*]}"
  command -v apt-get >/dev/null ||
    die "there is no apt-get here; install what these Debian packages hold, then run this again: ${packages[*]}"
  mkdir -p "$root_dir/build"
  log=$root_dir/build/apt.log
  have_file /var/lib/apt/lists/*_Packages* || update_lists "$log" ||
    die "the package lists could not be fetched. Install by hand: $by_hand"
  progress "installing ${packages[*]}" "$log" apt_install "${packages[@]}" && return
  # Lists that are too old name packages that the mirror no longer has.
  { update_lists "$log" && progress "installing ${packages[*]}" "$log" apt_install "${packages[@]}"; } ||
    die "the packages could not be installed. Install by hand: $by_hand"
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
    install --no-install-recommends "$@"
}

update_lists() { progress 'fetching the package lists (apt-get update)' "$1" apt_update; }

# apt waits for the lock of dpkg, but not for that of its lists.
apt_update() {
  local try
  for try in {1..60}; do
    apt-get -q -o DPkg::Lock::Timeout=600 update >"$root_dir/build/apt-update.log" 2>&1 && return
    cat "$root_dir/build/apt-update.log"
    grep -q 'Could not get lock' "$root_dir/build/apt-update.log" || return 1
    echo "another apt is running (try $try of 60)"
    sleep 5
  done
  return 1
}

# --- the docker command, for tests and benchmarks ----------------------------------------------------

# Puts a docker command on the PATH: the machine's, else Debian's, unpacked below build/ and never installed, for
# an installed docker.io starts dockerd, which takes docker0 and drops forwarded packets.
find_docker() {
  command -v docker >/dev/null && return
  local dir=$root_dir/build/docker
  if [[ ! -x $dir/usr/bin/docker ]]; then
    mkdir -p "$dir"
    have_file /var/lib/apt/lists/*_Packages* || update_lists "$root_dir/build/apt.log" ||
      die 'the package lists could not be fetched; put a docker command on the PATH by hand'
    progress 'fetching the docker command (unpacked below build/, not installed)' "$root_dir/build/docker.log" \
      unpack_docker "$dir" || unpack_debians_docker "$dir" >>"$root_dir/build/docker.log" 2>&1 ||
      die 'no docker command could be had; put one on the PATH by hand'
  fi
  export PATH=$PATH:$dir/usr/bin
}

# A newer docker command than Debian 12 has, of Debian 13, from the mirror that apt is set up with. apt gets lists and
# sources of its own for it, below the folder: the system's stay as they are.
unpack_docker() {
  local apt=$1/apt mirror options deb
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/\?$') || return 1
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$mirror" >"$apt/sources.list"
  options=(-q -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "Dir::Etc::SourceList=$apt/sources.list"
    -o Dir::Etc::SourceParts=- -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update && (cd "$1" && apt-get "${options[@]}" download docker-cli) || return 1
  for deb in "$1"/docker-cli_*.deb; do
    dpkg -x "$deb" "$1" && rm -f "$deb"
  done
  rm -rf "$apt"
  "$1/usr/bin/docker" --version
}

# This Debian's; from 13 on the command is in a package of its own.
unpack_debians_docker() {
  local package deb
  for package in docker.io docker-cli; do
    (cd "$1" && apt-get -q -o APT::Sandbox::User=root download "$package") || continue
    for deb in "$1/$package"_*.deb; do
      dpkg -x "$deb" "$1" && rm -f "$deb"
    done
    [[ ! -x $1/usr/bin/docker ]] || return 0
  done
  return 1
}

# --- maven -----------------------------------------------------------------------------------------

# maven ARGS...: runs the project's Maven on the JDK that was found.
maven() { (cd "$root_dir" && ./mvnw --batch-mode --no-transfer-progress "$@"); }
