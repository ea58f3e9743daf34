#!/usr/bin/env bash
# Measures the server beside its peers. See bench/run.sh --help.
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../eng/common.sh"
# shellcheck source=eng/provision.sh
source "$root/eng/provision.sh"
# shellcheck source=eng/build.sh
source "$root/eng/build.sh"

engine_script="$root/tests/CodeCrafter.Sandbox.Tests/Docker/engine.sh"

usage() {
    cat <<'HELP'
usage: bench/run.sh [--own-engine] COMMAND [OPTIONS]

  execute      hello world in each language: POST /api/execute beside the bare
               commands, bubblewrap and docker run
  throughput   executions a second with all cores busy, beside the bare commands
  leaks        many executions leave nothing behind
  start        from the start of the server to its first answer, and idle memory
  api          login, list, get and execute-status under wrk
  documents    CodeCrafter.Crdt beside Yjs and ywasm: editing traces and workloads
  collaboration
               the document sockets beside y-websocket and Hocuspocus
  revocations  how soon a changed role and a removal reach open connections
  documents-growth
               what an edit costs as the document grows, and what it allocates

bench/run.sh COMMAND --help lists the options. It installs what is missing (all that
./run.sh installs, and the peers in bench/packages.txt), publishes the server and
starts it itself, on a free port of loopback, with a data directory under /tmp, and
request rate limits off. Needs root, as the sandbox does. Tables go to the terminal,
all samples as JSON to artifacts/bench/. docs/BENCHMARKS.md tells what is measured and
what came out.

docker run is measured where an engine answers (DOCKER_HOST is heeded) that has the
images codecrafter/LANGUAGE. With --own-engine one is started for the time of the
measurement, that of the tests, and the images are built from languages/*/Dockerfile on
a base made of Debian's packages: minutes and 5 GB in artifacts/docker-engine the first
time.
HELP
}

main() {
    local own_engine=
    if [[ $1 == --own-engine ]]; then
        own_engine=1
        shift
    fi
    install_packages run
    install_peers peers ${own_engine:+engine}
    provide_dotnet
    npm_ci "$root/bench/peers"
    say "Building the benchmarks, and publishing the server where it is measured (logs: $step_logs/bench-*.log)"
    [[ $1 == documents* ]] || logged bench-server publish_server
    logged bench-build publish_bench
    if [[ -n $own_engine ]]; then start_engine; fi
    # Thousands of sockets, in the server and in the load generator each.
    ulimit -n "$(ulimit -Hn)"
    "$DOTNET_ROOT/dotnet" "$artifacts/bench-program/CodeCrafter.Bench.dll" "$@"
}

# Compiled ahead, as the server is. What it was made of stays in artifacts/bin, and is measured beside it.
publish_bench() {
    rm -rf "$artifacts/bench-program"
    dotnet publish --nologo -nodeReuse:false -p:UseSharedCompilation=false --configuration Release \
        --use-current-runtime --self-contained false --output "$artifacts/bench-program" "$root/bench/CodeCrafter.Bench"
}

install_peers() {
    local use probe package missing=
    while read -r use probe package; do
        [[ -n $package && $use != '#'* && " $* " == *" $use "* ]] || continue
        is_present "$probe" || missing+=" $package"
    done <"$root/bench/packages.txt"
    if [[ -n $missing ]]; then
        # shellcheck disable=SC2086 # Package names, one an argument.
        install_with_apt $missing
    fi
}

# The engine ends with its standard input, which is this script's end of a pipe.
start_engine() {
    local socket language
    [[ -x $engine_script ]] || fail "$engine_script is missing, which starts an engine"
    require_free_space "$root" 8000
    say "Starting a Docker engine and building its images (logs: $step_logs/docker-*.log)"
    coproc ENGINE { exec "$engine_script" "$artifacts/docker-engine" 2>"$step_logs/docker-engine.log"; }
    read -r socket <&"${ENGINE[0]}" || fail "the engine did not start: $(tail -n 3 "$step_logs/docker-engine.log")"
    export DOCKER_HOST="unix://$socket"
    if ! docker image inspect debian:12-slim >/dev/null 2>&1; then
        logged docker-import docker import "$artifacts/docker-engine/debian.tar" debian:12-slim
    fi
    for language in "$root"/languages/*/; do
        language=$(basename "$language")
        # The builder of this engine, without a network of its own.
        logged "docker-$language" env DOCKER_BUILDKIT=0 docker build --network host -t "codecrafter/$language" "$root/languages/$language"
    done
}

case ${1---help} in
    -h | --help | help) usage ;;
    *) main "$@" ;;
esac
