#!/usr/bin/env bash
# The demonstration: three processes work with every kind of collection, and replicate a map while
# their leader is killed. All of it is in the program itself (demo_command.cpp); this script gives it
# a folder and takes everything away.
#
#   cli/demo.sh BUILD_DIR [OPTIONS]
set -euo pipefail

build_dir=${1:?usage: cli/demo.sh BUILD_DIR [OPTIONS]}
shift
folder=$(mktemp -d "${TMPDIR:-/tmp}/hamok-demo-XXXXXX")
demo=

# The members are children of the demo and end with it, however it ends.
clean_up() {
  if [[ -n $demo ]]; then
    kill -TERM "$demo" 2>/dev/null || true
    wait "$demo" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

"$build_dir/cli/hamok" demo "--folder=$folder" "$@" </dev/null &
demo=$!
wait "$demo"
demo=
