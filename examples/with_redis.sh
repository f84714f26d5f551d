#!/usr/bin/env bash
# with_redis.sh SERVER PROGRAM: runs the program with the address of a Redis that is made for it.
set -euo pipefail
server=$1
program=$2
if [[ ! -x $server ]]; then
  echo "SKIPPED on this machine: there is no redis-server (Debian: redis-server)"
  exit 0
fi
folder=$(mktemp -d)
"$server" --port 0 --unixsocket "$folder/socket" --dir "$folder" --save '' >"$folder/log" 2>&1 &
redis=$!
trap 'kill -9 $redis; rm -rf "$folder"' EXIT
for ((i = 0; i < 1000; ++i)); do
  if [[ -S $folder/socket ]]; then
    break
  fi
  sleep 0.01
done
"$program" "$folder/socket"
