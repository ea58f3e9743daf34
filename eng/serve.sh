# shellcheck shell=bash
# The server as run.sh's child: start, wait until it answers, stop. Sourced after common.sh and provision.sh.

export PORT=${PORT:-5000} HOST=${HOST:-localhost} DATA_DIR=${DATA_DIR:-$root/data}
server_pid=
stop_asked=0
seconds_to_start=120
seconds_to_stop=40

check_settings() {
    if [[ ! $PORT =~ ^[1-9][0-9]{0,4}$ ]] || ((PORT > 65535)); then
        fail "PORT is a number from 1 to 65535, not '$PORT'"
    fi
    [[ $DATA_DIR == /* ]] || DATA_DIR="$PWD/$DATA_DIR"
    server_log="$DATA_DIR/logs/server.log"
    # Passwords' hashes and everybody's documents are in there.
    (umask 077 && require_writable_folder "$DATA_DIR/logs")
    require_free_space "$DATA_DIR" 100
    ! is_port_in_use || fail "port $PORT is in use: stop what listens there, or choose another: PORT=$((PORT % 65535 + 1)) ./run.sh"
    # Before the log of the other one is moved. Who may not read its lock hears of it from the server.
    if [[ -r $DATA_DIR/lock ]] && ! flock --nonblock --shared "$DATA_DIR/lock" true; then
        fail "another server uses $DATA_DIR: stop it, or choose another DATA_DIR"
    fi
}

is_port_in_use() {
    (exec 3<>"/dev/tcp/$(reachable_host)/$PORT") 2>/dev/null
}

# The name by which this machine reaches a server that listens on HOST.
reachable_host() {
    case $HOST in
        0.0.0.0 | :: | '*') say localhost ;;
        *) say "$HOST" ;;
    esac
}

address() {
    local host
    host=$(reachable_host)
    if [[ $host == *:* ]]; then host="[$host]"; fi
    say "http://$host:$PORT"
}

# The command before that of the server, in the array prefix.
become_root() {
    prefix=()
    ((EUID != 0)) || return 0
    if can_become_root 'The sandbox needs root to make namespaces and cgroups.'; then
        prefix=(sudo --non-interactive --preserve-env)
    else
        warn "neither root nor sudo: $1"
    fi
}

run_doctor() {
    local -a prefix
    become_root 'most of this can only be looked at as root'
    "${prefix[@]}" "$DOTNET_ROOT/dotnet" "$server" doctor
}

start_server() {
    local -a prefix
    become_root 'the server starts, but its sandbox may refuse to run programs'
    if [[ -f $server_log ]]; then mv -f "$server_log" "$server_log.1"; fi
    trap ask_to_stop INT TERM HUP
    cd "$(dirname "$server")"
    # Ctrl-C in the terminal is this script's to act on: the server is in a session of its own, and sudo must not end
    # before the server has.
    exec {to_server}> >(
        trap '' INT HUP
        exec "${prefix[@]}" setsid --wait "$root/eng/attached.sh" "$DOTNET_ROOT/dotnet" "$server" >"$server_log" 2>&1
    )
    server_pid=$!
    wait_for_answer
}

wait_for_answer() {
    local deadline=$((SECONDS + seconds_to_start)) status
    while is_running; do
        if ((stop_asked)); then run_until_stopped; fi
        status=$(health_status)
        if [[ $status != 000 ]]; then
            [[ $status == 200 ]] || warn "the server answers, but says of itself that not all is well: $(address)/health"
            return
        fi
        ((SECONDS < deadline)) || end_by_force "the server did not answer within $seconds_to_start s"
        sleep 0.1
    done
    report_end "the server did not start"
}

# 000 stands for no answer.
health_status() {
    curl --noproxy '*' --silent --output /dev/null --max-time 5 --write-out '%{http_code}' "$(address)/health" || true
}

# Its output is in a file, so what it warns of is said here: no sandbox, limits that are off.
announce() {
    sed -nE 's/^[0-9:.]+ (WRN|ERR) /server: /p' "$server_log" | head -n 10 >&2
    say "CodeCrafter is ready after $SECONDS s. Ctrl-C stops it. Log: $server_log"
    address
}

# Not kill -0, which fails where the server runs as root and this script does not.
is_running() { [[ -d /proc/$server_pid ]]; }

# The pipe has no reader any more when the server just ended.
signal_server() { say "$1" >&"$to_server" 2>/dev/null || true; }

ask_to_stop() {
    if ((stop_asked)); then signal_server KILL; fi
    stop_asked=1
    signal_server TERM
}

run_until_stopped() {
    # A signal that this script handles ends the wait, with the server still there.
    while ((!stop_asked)) && is_running; do wait "$server_pid" || true; done
    ((stop_asked)) || report_end "the server ended by itself"

    local deadline=$((SECONDS + seconds_to_stop)) code=0
    while is_running; do
        ((SECONDS < deadline)) || end_by_force "the server did not stop within $seconds_to_stop s"
        sleep 0.05
    done
    wait "$server_pid" || code=$?
    ((code == 0)) || fail "the server did not stop cleanly (exit code $code); its log: $server_log"
    exit 0
}

end_by_force() {
    signal_server KILL
    wait "$server_pid" || true
    fail "$1 and was killed; its log: $server_log"
}

# How the server ended and why: its exception, or the end of its log.
report_end() {
    local code=0 reason
    wait "$server_pid" || code=$?
    reason=$(sed -nE 's/^Unhandled exception\. ([^ ]+: )?//p' "$server_log" | head -n 1)
    if [[ -z $reason ]]; then
        tail -n 20 "$server_log" >&2
        reason="exit code $code"
    fi
    fail "$1: ${reason%.}; all of its output is in $server_log"
}
