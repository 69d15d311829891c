#!/bin/sh
# Runs a command several times while every core spins: dev/tools/busy.sh TIMES COMMAND...; ends with the first failure.
set -eu
times=$1
shift
spinning=
stop() { for process in $spinning; do kill "$process" 2>/dev/null || true; done; }
trap stop EXIT
trap 'exit 130' INT TERM
for _core in $(seq "$(getconf _NPROCESSORS_ONLN)"); do
    sh -c 'while :; do :; done' &
    spinning="$spinning $!"
done
for round in $(seq "$times"); do
    echo "round $round of $times, beside:$spinning"
    "$@"
done
