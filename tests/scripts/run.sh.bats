#!/usr/bin/env bats

# shellcheck disable=SC2154,SC2016 # bats sets stderr and stderr_lines; wait_until expands its arguments.
bats_require_minimum_version 1.8.0
# run.sh as its user sees it, with the real server.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    PORT=$(free_port)
    # Each test has a data directory of its own, and would fill them anew.
    export PORT DATA_DIR="$BATS_TEST_TMPDIR/data" CodeCrafter__Execution__CompilerCaches=false
    out="$BATS_TEST_TMPDIR/out" err="$BATS_TEST_TMPDIR/err"
}

teardown() {
    if [[ -n ${pid-} ]] && kill -0 "$pid" 2>/dev/null; then
        kill -KILL "$pid"
        wait_until '! answers'
    fi
}

free_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# The shell would start it with SIGINT ignored, and in the group of the tests.
start() {
    # What an earlier start of the same test printed is not taken for this one's.
    : >"$out"
    env --default-signal=INT setsid "$root/run.sh" >"$out" 2>"$err" 3>&- &
    pid=$!
    wait_until 'grep -q ^http "$out"' 'kill -0 "$pid"'
}

# What is written to $keys is typed.
start_in_terminal() {
    mkfifo "$BATS_TEST_TMPDIR/keys"
    env --default-signal=INT,QUIT script --quiet --flush --return --command "exec $root/run.sh" "$out" \
        <"$BATS_TEST_TMPDIR/keys" >"$err" 2>&1 3>&- &
    pid=$!
    exec {keys}>"$BATS_TEST_TMPDIR/keys"
    wait_until 'grep -q ^http "$out"' 'kill -0 "$pid"'
}

# wait_until CONDITION [WHILE]: at most three minutes, the time of a first build on a slow machine.
wait_until() {
    local -i tries=0
    until eval "$1"; do
        if ((++tries > 1800)) || ! eval "${2-true}"; then
            cat "$out" "$err"
            return 1
        fi
        sleep 0.1
    done
}

answers() { curl --silent --output /dev/null "http://localhost:$PORT/health"; }

ends_with() {
    local code=0
    wait "$pid" || code=$?
    if [ "$code" -ne "$1" ]; then
        echo "exit code $code"
        tail -n 20 "$err" "$DATA_DIR/logs/server.log"
        return 1
    fi
}

@test "The address is the last line, and the server answers there" {
    start
    [ "$(tail -n 1 "$out")" = "http://localhost:$PORT" ]
    answers
    kill -TERM "$pid"
    ends_with 0
    [ "$(tail -n 1 "$out")" = "http://localhost:$PORT" ]
}

@test "A second start installs and builds nothing" {
    start
    kill -TERM "$pid"
    ends_with 0
    start
    run ! grep -E 'Installing|Building' "$out"
    kill -TERM "$pid"
    ends_with 0
}

@test "SIGTERM stops the server and is a success" {
    start
    kill -TERM "$pid"
    ends_with 0
    run ! answers
}

@test "Ctrl-C, which reaches the whole group, stops the server and is a success" {
    start
    kill -INT -- "-$pid"
    ends_with 0
    run ! answers
}

@test "Ctrl-C in a terminal stops the server, and the terminal is left as it was" {
    start_in_terminal
    printf '\003' >&"$keys"
    ends_with 0
    run ! answers
    run ! grep -q $'\e' "$out"
}

@test "The server does not outlive a killed run.sh" {
    start
    kill -KILL "$pid"
    wait_until '! answers'
}

@test "A server that ends by itself ends run.sh with an error" {
    start
    kill -KILL "$(pgrep --session "$(pgrep --parent "$pid")" dotnet)"
    ends_with 1
    grep -q '^error: the server ended by itself: exit code 137' "$err"
}

@test "A port in use is one line, and the first server goes on" {
    start
    run -1 --separate-stderr "$root/run.sh"
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == "error: port $PORT is in use:"* ]]
    answers
    kill -TERM "$pid"
    ends_with 0
}

@test "A second server on the same data is one line, and the first keeps its log" {
    start
    PORT=$(free_port) run -1 --separate-stderr "$root/run.sh"
    [ "$stderr" = "error: another server uses $DATA_DIR: stop it, or choose another DATA_DIR" ]
    [ ! -e "$DATA_DIR/logs/server.log.1" ]
    answers
    kill -TERM "$pid"
    ends_with 0
}

@test "A host that is no address is one line, and nothing listens" {
    HOST=locahost run -1 --separate-stderr "$root/run.sh"
    [[ ${stderr_lines[-1]} == "error: the server did not start: HOST is 'locahost'; it is 'localhost', an IP address"* ]]
    run ! answers
}

@test "What the server warns of at its start is shown" {
    RATE_LIMITS=off start
    grep -q '^server: .*RATE_LIMITS=off' "$err"
    kill -TERM "$pid"
    ends_with 0
}

@test "The data folder is for its owner alone" {
    start
    [ "$(stat -c %a "$DATA_DIR")" = 700 ]
    kill -TERM "$pid"
    ends_with 0
}

@test "A port that is no port is one line" {
    for port in 0 65536 http 80a -1; do
        PORT=$port run -1 --separate-stderr "$root/run.sh"
        [ "$stderr" = "error: PORT is a number from 1 to 65535, not '$port'" ]
    done
}

@test "A data folder that cannot be made is one line" {
    DATA_DIR=/dev/null/data run -1 --separate-stderr "$root/run.sh"
    [[ $stderr == "error: cannot write to /dev/null/data/logs"* ]]
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "An unknown argument is named above the usage and is exit code 2" {
    run -2 --separate-stderr "$root/run.sh" --nonsense
    [ "${stderr_lines[0]}" = "error: there is no option '--nonsense'" ]
    [[ ${stderr_lines[1]} == "usage: ./run.sh"* ]]
    [ -z "$output" ]
    run -2 --separate-stderr "$root/run.sh" docter
    [ "${stderr_lines[0]}" = "error: there is no command 'docter'" ]
}

@test "Something to install besides that there is not shows what there is" {
    run -2 --separate-stderr "$root/run.sh" --with nonsense
    [ "${stderr_lines[0]}" = "error: --with takes one of: python-scientific, and not 'nonsense'" ]
    run -2 --separate-stderr "$root/run.sh" --with
    [ "${stderr_lines[0]}" = "error: --with takes one of: python-scientific, and not ''" ]
}

@test "The doctor runs a program in each language, and starts no server" {
    mkdir "$BATS_TEST_TMPDIR/scratch"
    TMPDIR="$BATS_TEST_TMPDIR/scratch" run -0 --separate-stderr "$root/run.sh" doctor
    [[ $output == *$'\nEverything works.' ]]
    for language in "$root"/languages/*/language.json; do
        name=$(sed -nE 's/^ *"name": *"(.*)",$/\1/p' "$language")
        grep -qE "^  ok    ${name//+/[+]} .* hello in [0-9]+ ms\$" <<<"$output"
    done
    run ! answers
    [ ! -e "$DATA_DIR" ]
    [ -z "$(ls "$BATS_TEST_TMPDIR/scratch")" ]
}

# A project whose language lacks its toolchain, and an SDK that builds nothing.
project_to_look_at() {
    project="$BATS_TEST_TMPDIR/project"
    mkdir -p "$project/src" "$project/languages/zig" "$BATS_TEST_TMPDIR/bin"
    cp -r "$root/run.sh" "$root/eng" "$project"
    : >"$project/global.json"
    echo "$1" >"$project/eng/packages.txt"
    echo '{ "requires": ["/nonexistent/zig"], "packages": ["zig"] }' >"$project/languages/zig/language.json"
    cat >"$BATS_TEST_TMPDIR/bin/dotnet" <<'SH'
#!/bin/sh
case $1 in
    publish)
        while [ "$1" != --output ]; do shift; done
        mkdir -p "$2" && : >"$2/CodeCrafter.Server.dll"
        ;;
    *.dll) echo "looked: $2" ;;
esac
SH
    chmod +x "$BATS_TEST_TMPDIR/bin/dotnet"
    PATH="$BATS_TEST_TMPDIR/bin:$PATH"
}

@test "The doctor looks at all else where namespaces may not be made" {
    run -1 setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$root/run.sh" doctor
    [[ $output == *'WRONG OCI runtime      could not be tried: unshare: Operation not permitted'* ]]
    [[ $output == *'ok    seccomp '* ]]
    [ "${lines[-1]}" = 'Needs attention: OCI runtime, sandbox.' ]
}

@test "The doctor is built where only a toolchain is missing" {
    project_to_look_at 'run /usr/bin/env coreutils'
    run -0 "$project/run.sh" doctor
    [ "${lines[-1]}" = 'looked: doctor' ]
}

@test "Without what the build needs there is no doctor, and all that is missing is named" {
    project_to_look_at 'run /nonexistent/node nodejs'
    run -1 --separate-stderr "$project/run.sh" doctor
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == 'error: there is no server yet that could look around: '*'; missing now: nodejs zig' ]]
}

@test "--help says what is installed and where things go" {
    run -0 "$root/run.sh" --help
    for word in apt .NET npm python-scientific doctor PORT HOST DATA_DIR Ctrl-C SIGTERM; do
        [[ $output == *"$word"* ]]
    done
}
