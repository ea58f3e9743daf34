#!/usr/bin/env bash
# Runs a command that ends with its starter: attached.sh COMMAND..., with a pipe from the starter as standard input.
# Each line that comes through the pipe is the name of a signal for the command. When the pipe closes, since the starter
# ended in whatever way, the command gets SIGTERM. So a starter that is not root can stop a command that is (sudo).
set -uo pipefail

"$@" </dev/null &
pid=$!

# A background job's standard input is empty unless it is given by name.
{
    while read -r signal; do kill -s "$signal" "$pid"; done
    kill -s TERM "$pid"
} <&0 2>/dev/null &
listener=$!

wait "$pid"
code=$?
kill "$listener" 2>/dev/null
exit "$code"
