# shellcheck shell=bash
# The server as run.sh's child: start, wait until it answers, stop. Sourced after common.sh.

export PORT=${PORT:-5000} HOST=${HOST:-localhost} DATA_DIR=${DATA_DIR:-$root/data}
server="$artifacts/bin/CodeCrafter.Server/release/CodeCrafter.Server.dll"
server_pid=
stop_asked=0
seconds_to_start=120
seconds_to_stop=40

check_settings() {
    if [[ ! $PORT =~ ^[1-9][0-9]{0,4}$ ]] || ((PORT > 65535)); then
        fail "PORT is a number from 1 to 65535, not '$PORT'"
    fi
    [[ $DATA_DIR == /* ]] || DATA_DIR="$PWD/$DATA_DIR"
    require_writable_folder "$DATA_DIR/logs"
    require_free_space "$DATA_DIR" 100
    ! is_port_in_use || fail "port $PORT is in use: stop what listens there, or choose another: PORT=$((PORT % 65535 + 1)) ./run.sh"
}

is_port_in_use() {
    (exec 3<>"/dev/tcp/$(reachable_host)/$PORT") 2>/dev/null
}

# The name by which this machine reaches a server that listens on HOST.
reachable_host() {
    case $HOST in
        0.0.0.0 | '*' | + | '[::]' | ::) say localhost ;;
        *) say "$HOST" ;;
    esac
}

address() {
    say "http://$(reachable_host):$PORT"
}

start_server() {
    server_log="$DATA_DIR/logs/server.log"
    if [[ -f $server_log ]]; then mv -f "$server_log" "$server_log.1"; fi
    trap ask_to_stop INT TERM HUP
    # The server is told to stop, too, when this script is killed and cannot tell it. It is no child of the terminal's
    # Ctrl-C: that would reach it besides the signal from here.
    (cd "$(dirname "$server")" && exec setsid setpriv --pdeathsig TERM dotnet "$server" --urls "http://$HOST:$PORT") \
        >"$server_log" 2>&1 </dev/null &
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
        ((SECONDS < deadline)) || { kill -KILL "$server_pid"; fail "the server did not answer within $seconds_to_start s; its log: $server_log"; }
        sleep 0.1
    done
    report_end "the server did not start"
}

# 000 stands for no answer.
health_status() {
    curl --noproxy '*' --silent --output /dev/null --max-time 5 --write-out '%{http_code}' "$(address)/health" || true
}

announce() {
    say "CodeCrafter is ready after $SECONDS s. Ctrl-C stops it. Log: $server_log"
    address
}

is_running() { kill -0 "$server_pid" 2>/dev/null; }

ask_to_stop() {
    if ((stop_asked)); then kill -KILL "$server_pid" 2>/dev/null || true; fi
    stop_asked=1
    kill -TERM "$server_pid" 2>/dev/null || true
}

run_until_stopped() {
    # A signal that this script handles ends the wait, with the server still there.
    while ((!stop_asked)) && is_running; do wait "$server_pid" || true; done
    ((stop_asked)) || report_end "the server ended by itself"

    local deadline=$((SECONDS + seconds_to_stop)) code=0
    while is_running; do
        ((SECONDS < deadline)) || { kill -KILL "$server_pid"; fail "the server did not stop within $seconds_to_stop s and was killed; its log: $server_log"; }
        sleep 0.05
    done
    wait "$server_pid" || code=$?
    ((code == 0)) || fail "the server did not stop cleanly (exit code $code); its log: $server_log"
    exit 0
}

# The end of the server's log and how it ended.
report_end() {
    local code=0
    wait "$server_pid" || code=$?
    tail -n 20 "$server_log" >&2
    fail "$1 (exit code $code); all of its output is in $server_log"
}
