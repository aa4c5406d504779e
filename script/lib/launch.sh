# shellcheck shell=bash
# What the first call of ./fairlead does; sourced by it, and uses its $builds and is_built.
# shellcheck disable=SC2154,SC2034

# shellcheck source=script/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Builds into build/fairlead/COMMIT-HASH and names it in build/fairlead/current. The hash is that of the jars: the
# same sources give the same build, whose AOT cache then serves on.
make_build() {
  local stamp name directory
  mkdir -p "$builds"
  # Of several first calls at once, one builds and the others find it built.
  exec {build_lock}>"$builds/lock"
  flock "$build_lock"
  if is_built; then
    exec {build_lock}>&-
    return
  fi
  find_jdk
  stamp=$(mktemp "$builds/stamp.XXXXXX")
  progress "building with $JAVA_HOME (once; Maven fetches what it lacks)" "$root_dir/build/build.log" \
    talking_maven -Plauncher -Dmaven.test.skip=true package || die "the build failed; all of it: $root_dir/build/build.log"
  name=$(build_name)
  directory=$builds/$name
  if [[ ! -e $directory/fairlead.jar ]]; then
    rm -rf "$directory.new"
    mkdir -p "$directory.new"
    cp -R "$root_dir/build/maven/fairlead.jar" "$root_dir/build/maven/lib" "$directory.new"
    mv "$directory.new" "$directory"
  fi
  make_aot_cache "$directory"
  mv "$stamp" "$directory/stamp"
  printf '%s %s\n' "$name" "$JAVA_HOME" >"$builds/current.new"
  mv -fT "$builds/current.new" "$builds/current"
  remove_old_builds "$name"
  read -r build java_home <"$builds/current"
  exec {build_lock}>&-
}

# Tells of each file that it fetches: see how_far.
talking_maven() { (cd "$root_dir" && ./mvnw --batch-mode "$@"); }

build_name() {
  local commit hash
  commit=$(git -C "$root_dir" rev-parse --short=10 HEAD 2>/dev/null || true)
  hash=$(cd "$root_dir/build/maven" && sha256sum fairlead.jar lib/*.jar | sha256sum)
  printf '%s' "${commit:+$commit-}${hash:0:12}"
}

# A cache of classes as the JVM has them after their first use. It holds for one JDK and one jar only, and the JVM
# passes over it in silence where one of them differs: so it lies in the build's directory and names its JDK.
make_aot_cache() {
  local directory=$1 release
  release=$(sha256sum <"$JAVA_HOME/release")
  [[ ! -e $directory/client.aot || $(<"$directory/client.aot.jdk") != "$release" ]] || return 0
  if progress 'making the start-up cache (once for each build)' "$root_dir/build/aot.log" \
    "$JAVA_HOME/bin/java" -XX:AOTCacheOutput="$directory/client.aot" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    --enable-native-access=ALL-UNNAMED -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 \
    -cp "$directory/fairlead.jar" io.fairlead.cli.Main rehearse; then
    printf '%s\n' "$release" >"$directory/client.aot.jdk"
  else
    say 'going on without it: commands will start more slowly'
  fi
}

# A running daemon loads classes from its build until it ends.
remove_old_builds() {
  local old used
  used=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' || true)
  for old in "$builds"/*/; do
    old=${old%/}
    [[ ${old##*/} == "$1" || $used == *"$old/fairlead.jar"* ]] || rm -rf "$old"
  done
  rm -f "$builds"/stamp.*
}
