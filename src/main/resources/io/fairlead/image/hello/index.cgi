#!/bin/sh
# The page: what this process sees of its network, asked anew for each request. Runs in busybox's
# shell with busybox's applets only; whatever comes from outside passes `text` before it is HTML.

text() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g' | tr -d '\000-\010\013-\037'; }
first() { head -n 1; }

links=$(ip -o link 2>/dev/null | text)
addresses=$(ip -o address 2>/dev/null | text)
routes4=$(ip -4 route 2>/dev/null | text)
routes6=$(ip -6 route 2>/dev/null | text)
name=$(hostname | text)
kernel=$(uname -sr | text)
gateway4=$(echo "$routes4" | awk '$1 == "default" { for (i = 2; i < NF; i++) if ($i == "via") print $(i + 1) }' | first)
gateway6=$(echo "$routes6" | awk '$1 == "default" { for (i = 2; i < NF; i++) if ($i == "via") print $(i + 1) }' | first)
way_out=$(printf '%s\n%s\n' "$routes4" "$routes6" | awk '$1 == "default" { for (i = 2; i < NF; i++) if ($i == "dev") print $(i + 1) }' | first)
caller=$(printf '%s' "$REMOTE_ADDR" | sed 's/^\[*::ffff://; s/^\[//; s/\]$//' | text)
asked=$(printf '%s' "${HTTP_HOST:-this address}" | cut -c 1-60 | text)
port=${SERVER_PORT:-${PORT:-80}}

# A veth's other end has another number; hardware and bridges have none. That tells a container's
# own namespace from the host's.
mode=none
for link in /sys/class/net/*; do
  [ "${link##*/}" = lo ] && continue
  if [ "$(cat "$link/iflink" 2>/dev/null)" = "$(cat "$link/ifindex" 2>/dev/null)" ]; then
    mode=host
    break
  fi
  mode=bridge
done
case $mode in
  bridge) about="its own namespace, on a bridge" ;;
  host) about="the host's own namespace" ;;
  none) about="its own namespace, loopback only" ;;
esac

address_of() {
  echo "$addresses" | awk -v dev="$1" -v family="$2" \
    '$2 == dev && $3 == family && ($0 ~ /scope global/ || dev == "lo") { sub(/\/.*/, "", $4); print $4 }' | first
}

# box X Y CLASS TITLE LINE LINE
box() {
  # A v6 address is longer than the box is wide in the usual size.
  size5=; size6=; line=54
  [ -z "$6" ] && line=62
  [ ${#5} -gt 21 ] && size5=' textLength="172" lengthAdjust="spacingAndGlyphs"'
  [ ${#6} -gt 21 ] && size6=' textLength="172" lengthAdjust="spacingAndGlyphs"'
  cat <<BOX
<g class="$3" transform="translate($1 $2)"><rect width="196" height="92" rx="12"/>
<text class="t" x="98" y="30">$4</text><text x="98" y="$line"$size5>$5</text><text x="98" y="74"$size6>$6</text></g>
BOX
}

# arrow X1 Y1 X2 Y2 LABEL: across or down, with a label above or beside it
arrow() {
  # Each drawing has its own tip: one that is not displayed lends none.
  printf '<line class="a" x1="%s" y1="%s" x2="%s" y2="%s" marker-end="url(#tip-%s)"/>' "$1" "$2" "$3" "$4" "$way"
  [ "$2" = "$4" ] && printf '<text class="l" x="%s" y="%s">%s</text>\n' $((($1 + $3) / 2 - 4)) $(($2 - 10)) "$5"
  [ "$1" = "$3" ] && printf '<text class="l s" x="%s" y="%s">%s</text>\n' $(($1 + 12)) $((($2 + $4) / 2 + 5)) "$5"
  return 0
}

# The stations of a packet on its way here: TITLE|LINE|LINE|LABEL OF THE ARROW TO THE NEXT
stations() {
  case $mode in
    bridge)
      own4=$(address_of "$way_out" inet)
      own6=$(address_of "$way_out" inet6)
      echo "you|seen here as|$caller|asks"
      # Asked at its own address, the container was reached without a published port.
      host=${asked%:*}
      [ "$host" = "$own4" ] || [ "$host" = "[$own6]" ] || echo "host|$asked|publishes the port|DNAT"
      echo "bridge|${gateway4:-$gateway6}|$([ -n "$gateway4" ] && echo "$gateway6")|veth"
      echo "${way_out:-no route}|${own4:-$own6}|$([ -n "$own4" ] && echo "$own6")|"
      ;;
    host)
      echo "you|seen here as|$caller|asks"
      echo "host|$asked|no bridge, no NAT|port $port"
      echo "$name|port $port|of the host itself|"
      ;;
    none)
      echo "you|seen here as|$caller|asks"
      echo "lo|$(address_of lo inet)|$(address_of lo inet6)|"
      ;;
  esac
}

diagram() {
  count=$(stations | wc -l)
  for way in across down; do
    if [ $way = across ]; then
      width=$((count * 196 + (count - 1) * 64 + 4)); height=96
    else
      width=200; height=$((count * 92 + (count - 1) * 44 + 4))
    fi
    echo "<svg class=\"map $way\" style=\"max-width: ${width}px\" viewBox=\"0 0 $width $height\" role=\"img\" aria-label=\"The way of a packet from you to this container\">"
    echo "<defs><marker id=\"tip-$way\" viewBox='0 0 8 8' refX='7' refY='4' markerWidth='5' markerHeight='5' orient='auto'><path d='M0 0 8 4 0 8z'/></marker></defs>"
    x=2; y=2; n=0
    stations | while IFS='|' read -r title line1 line2 label; do
      n=$((n + 1))
      [ -z "$line1" ] && line1=$line2 && line2=
      box $x $y "$([ "$n" = "$count" ] && echo "n me" || echo n)" "$title" "$line1" "$line2"
      if [ "$n" -lt "$count" ]; then
        if [ $way = across ]; then
          arrow $((x + 196)) 48 $((x + 258)) 48 "$label"; x=$((x + 260))
        else
          arrow 100 $((y + 92)) 100 $((y + 134)) "$label"; y=$((y + 136))
        fi
      fi
    done
    echo '</svg>'
  done
}

interfaces() {
  printf '%s\n--\n%s\n' "$links" "$addresses" | awk '
    $0 == "--" { second = 1; next }
    !second {
      dev = $2; sub(/:$/, "", dev); sub(/@.*/, "", dev); order[++n] = dev
      state[dev] = $3 ~ /[,;]UP[,&]|&lt;UP/ ? "up" : "down"
      for (i = 4; i <= NF; i++) { if ($i == "mtu") mtu[dev] = $(i + 1); if ($i ~ /^link\//) mac[dev] = $(i + 1) }
      if (mac[dev] !~ /:/ || mac[dev] == "00:00:00:00:00:00") mac[dev] = ""
    }
    second && ($3 == "inet" || $3 == "inet6") {
      scope = ""; for (i = 4; i < NF; i++) if ($i == "scope") scope = $(i + 1)
      list[$2] = list[$2] "<span class=\"addr\"><code>" $4 "</code> <i>" scope "</i></span>"
    }
    END {
      for (k = 1; k <= n && k <= 40; k++) {
        d = order[k]
        printf "<tr><th scope=\"row\" data-c=\"Interface\"><span><span class=\"dot %s\"></span>%s</span></th><td data-c=\"Addresses\"><span>%s</span></td><td data-c=\"MAC\"><code>%s</code></td><td data-c=\"MTU\"><code>%s</code></td></tr>\n", \
          state[d], d, list[d] ? list[d] : "<span class=\"none\">none</span>", mac[d] ? mac[d] : "&ndash;", mtu[d]
      }
      if (n > 40) printf "<tr><td colspan=\"4\" class=\"none\">and %d more</td></tr>\n", n - 40
    }'
}

routes() {
  printf '%s\n%s\n' "$routes4" "$routes6" | awk '
    NF && $1 !~ /^(multicast|ff00::|anycast|local|broadcast)/ {
      to = $1; via = ""; dev = ""; if (to == "unreachable" || to == "blackhole") { via = to; to = $2 }
      for (i = 2; i < NF; i++) { if ($i == "via") via = $(i + 1); if ($i == "dev") dev = $(i + 1) }
      if (++n > 40) next
      printf "<tr><th scope=\"row\" data-c=\"To\"><code>%s</code></th><td data-c=\"Through\">%s</td><td data-c=\"Interface\">%s</td></tr>\n", \
        to, via == "" ? "<span class=\"none\">directly</span>" : "<code>" via "</code>", dev
    }
    END { if (!n) print "<tr><td colspan=\"3\" class=\"none\">no routes: nothing beyond this namespace can be reached</td></tr>" }'
}

processes() {
  ps -o pid,user,args 2>/dev/null | text | awk -v mine="$PPID" '
    NR > 1 { pid = $1; user = $2; $1 = $2 = ""; sub(/^ +/, ""); sub(/^[{][^}]*[}] /, "")
      if (/^(ps|sed|tr|awk|head) / || /index\.cgi/) next
      if (++n > 30) next
      printf "<tr><th scope=\"row\" data-c=\"PID\"><code>%s</code></th><td data-c=\"User\">%s</td><td data-c=\"Command\"><code>%s</code>%s</td></tr>\n", \
        pid, user, substr($0, 1, 120), pid == mine ? " <i>answering you</i>" : "" }
    END { if (n > 30) printf "<tr><td colspan=\"3\" class=\"none\">and %d more</td></tr>\n", n - 30 }'
}

file() {
  if [ -s "$1" ]; then head -c 2000 "$1" | text; else echo "(empty)"; fi
}

cat <<HEAD
Content-Type: text/html; charset=utf-8
Cache-Control: no-store
Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:

<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Hello from $name</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Ccircle cx='16' cy='16' r='11' fill='none' stroke='%230e8a8a' stroke-width='6'/%3E%3Cpath d='M1 24 31 8' stroke='%23e2953a' stroke-width='4'/%3E%3C/svg%3E">
<style>
HEAD
cat /www/style.css
cat <<BODY
</style>
</head>
<body>
<header>
<svg class="logo" viewBox="0 0 64 64" aria-hidden="true"><circle cx="32" cy="32" r="21"/><path class="rope" d="M2 47C14 47 18 32 32 32S50 17 62 17"/><path class="lip" d="M14.5 43.6A21 21 0 0 1 14.5 20.4"/></svg>
<div><p class="over">Fairlead is running</p><h1>Hello from <em>$name</em></h1>
<p class="lead">This container serves the page you read. Here is the network as it sees it.</p></div>
</header>
<ul class="facts">
<li><b>Network</b>$about</li>
<li><b>Gateway</b>${gateway4:-${gateway6:-none}}</li>
<li><b>Kernel</b>$kernel</li>
<li><b>Asked at</b>$(date -u '+%H:%M:%S UTC')</li>
</ul>
<section class="way">
$(diagram)
</section>
<section class="wide"><h2>Interfaces</h2>
<table><thead><tr><th scope="col">Interface</th><th scope="col">Addresses</th><th scope="col">MAC</th><th scope="col">MTU</th></tr></thead><tbody>
$(interfaces)
</tbody></table></section>
<div class="two">
<section><h2>Routes</h2>
<table><thead><tr><th scope="col">To</th><th scope="col">Through</th><th scope="col">Interface</th></tr></thead><tbody>
$(routes)
</tbody></table></section>
<section><h2>Processes</h2>
<table><thead><tr><th scope="col">PID</th><th scope="col">User</th><th scope="col">Command</th></tr></thead><tbody>
$(processes)
</tbody></table></section>
<section><h2>Name servers <small>/etc/resolv.conf</small></h2><pre>$(file /etc/resolv.conf)</pre></section>
<section><h2>Names <small>/etc/hosts</small></h2><pre>$(file /etc/hosts)</pre></section>
</div>
<footer>fairlead/hello &middot; busybox $(busybox 2>/dev/null | awk 'NR == 1 { print $2 }' | text) &middot; reload to look again</footer>
</body>
</html>
BODY
