#!/bin/sh
# The first process of a PID namespace hears only the signals it has a handler for: without one,
# Ctrl-C and `docker stop` would wait for SIGKILL.
trap 'kill "$server" 2>/dev/null; exit 0' INT TERM HUP

httpd -f -v -p "${PORT:-80}" -h /www &
server=$!
echo "serving the container's network as it sees it, on port ${PORT:-80}"
wait "$server"
