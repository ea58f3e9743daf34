# shellcheck shell=bash
# What run.sh and test.sh share: where things are, messages, logged steps.

# A service manager may start it without one.
export HOME=${HOME:-~}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
artifacts="$root/artifacts"
step_logs="$artifacts/logs"

say() { printf '%s\n' "$*"; }

warn() { printf 'warning: %s\n' "$*" >&2; }

# Ends the command with one line that says what is wrong and, where there is one, the way out.
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Ends a command that was called in a wrong way: what is wrong, and the first lines of its usage.
wrong_usage() {
    printf 'error: %s\n' "$*" >&2
    usage | sed '/^$/q' >&2
    say "$0 --help says more." >&2
    exit 2
}

require_writable_folder() {
    if ! mkdir -p "$1" 2>/dev/null || [[ ! -w $1 ]]; then
        fail "cannot write to $1: it belongs to $(owner_of "$1")"
    fi
}

# The owner of a path, or of the nearest folder above it that exists.
owner_of() {
    local path=$1
    while [[ ! -e $path ]]; do path=$(dirname "$path"); done
    stat -c %U "$path"
}

require_free_space() {
    local folder=$1 megabytes=$2 free
    free=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
    ((free >= megabytes)) || fail "the disk is full: $folder has $free MB free, and $megabytes MB are needed"
}

# logged NAME COMMAND...: runs a long step, its output goes to a log. Where the step fails, so does the whole command,
# with the reason in one line if the log shows a known one, or else with the end of the log above that line.
logged() {
    local name=$1 log="$step_logs/$1.log" code=0
    shift
    require_writable_folder "$step_logs"
    "$@" >"$log" 2>&1 </dev/null || code=$?
    ((code == 0)) && return
    local reason
    reason=$(known_reason "$log")
    if [[ -z $reason ]]; then
        tail -n 25 "$log" >&2
        reason="exit code $code"
    fi
    fail "$name failed: $reason; all of its output is in $log"
}

known_reason() {
    if grep -qE 'No space left on device|ENOSPC|not have enough free space' "$1"; then
        say 'the disk is full'
    elif grep -qE 'Temporary failure resolving|Could not resolve|Unable to load the service index|EAI_AGAIN|ENOTFOUND|Failed to download|ETIMEDOUT|ECONNREFUSED|Could not connect to|Network is unreachable|Unable to download' "$1"; then
        say 'a download failed, so the network or the server that it came from cannot be reached'
    fi
}
