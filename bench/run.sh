#!/usr/bin/env bash
# Measures the server beside its peers. See bench/run.sh --help.
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../eng/common.sh"
# shellcheck source=eng/provision.sh
source "$root/eng/provision.sh"
# shellcheck source=eng/build.sh
source "$root/eng/build.sh"

usage() {
    cat <<'HELP'
usage: bench/run.sh COMMAND [OPTIONS]

  execute      hello world in each language: POST /api/execute beside the bare
               commands, bubblewrap and docker run
  throughput   executions a second with all cores busy, beside the bare commands
  leaks        many executions leave nothing behind
  start        from the start of the server to its first answer, and idle memory

bench/run.sh COMMAND --help lists the options. It installs what is missing (all that
./run.sh installs, and the peers in bench/packages.txt), publishes the server and
starts it itself, on a free port of loopback, with a data directory under /tmp, and
request rate limits off. Needs root, as the sandbox does. A Docker engine is used where
one answers; none is installed. Tables go to the terminal, all samples as JSON to
artifacts/bench/. docs/BENCHMARKS.md tells what is measured and what came out.
HELP
}

main() {
    install_packages run
    install_peers
    provide_dotnet
    say "Publishing the server and the benchmarks (log: $step_logs/bench-*.log)"
    logged bench-server dotnet publish --nologo -nodeReuse:false -p:UseSharedCompilation=false -c Release "$root/src/CodeCrafter.Server"
    logged bench-build dotnet_build -c Release "$root/bench/CodeCrafter.Bench"
    exec "$DOTNET_ROOT/dotnet" "$artifacts/bin/CodeCrafter.Bench/release/CodeCrafter.Bench.dll" "$@"
}

install_peers() {
    local probe package missing=
    while read -r probe package; do
        [[ -n $package && $probe != '#'* ]] || continue
        is_present "$probe" || missing+=" $package"
    done <"$root/bench/packages.txt"
    if [[ -n $missing ]]; then
        # shellcheck disable=SC2086 # Package names, one an argument.
        install_with_apt $missing
    fi
}

case ${1---help} in
    -h | --help | help) usage ;;
    *) main "$@" ;;
esac
