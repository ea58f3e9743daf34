#!/usr/bin/env bash
# Fuzzes the library of documents. See fuzz/run.sh --help.
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../eng/common.sh"
# shellcheck source=eng/provision.sh
source "$root/eng/provision.sh"
# shellcheck source=eng/build.sh
source "$root/eng/build.sh"

project="$root/fuzz/CodeCrafter.Crdt.Fuzz"
inputs="$root/tests/CodeCrafter.Crdt.Tests/Fuzzing"
work="$artifacts/fuzz"

usage() {
    cat <<'HELP'
usage: fuzz/run.sh [TARGET [SECONDS]]

Gives bytes to CodeCrafter.Crdt that AFL++ invents, led by the branches that they reach
(SharpFuzz puts the probes into the library). TARGET is one of update, update-v2,
state-vector, merge, merge-v2, sync, awareness, rich, snapshot, position; all of them,
one after the other, by default. SECONDS is for each of them; 60 by default.

Starts from tests/CodeCrafter.Crdt.Tests/Fuzzing/corpus and from what earlier runs on
this machine found interesting. What breaks a rule of FuzzTarget.cs is a finding: it
is copied to tests/CodeCrafter.Crdt.Tests/Fuzzing/findings, where the tests try it from
then on. Exit code 1 says that there are new ones.

fuzz/run.sh --corpus makes the corpus anew: the fewest inputs that reach all that was
reached so far.
HELP
}

main() {
    prepare
    local target found=0 before
    before=$(count_findings)
    for target in $(targets_of "${1-}"); do fuzz "$target" "${2:-60}"; done
    found=$(($(count_findings) - before))
    say "$found new findings"
    ((found == 0))
}

# The inputs of the tests, and the library with probes: a copy, since it runs under the fuzzer only.
prepare() {
    command -v afl-fuzz >/dev/null || install_with_apt afl++
    provide_dotnet
    logged fuzz-build dotnet_build -c Release "$project"
    logged fuzz-tools dotnet tool restore --tool-manifest "$root/.config/dotnet-tools.json"
    rm -rf "${work:?}/bin"
    mkdir -p "$work"
    cp -r "$artifacts/bin/CodeCrafter.Crdt.Fuzz/release" "$work/bin"
    (cd "$root" && logged fuzz-probes dotnet sharpfuzz "$work/bin/CodeCrafter.Crdt.dll")
    export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
}

targets_of() {
    if [[ -n $1 ]]; then say "$1"; else "$DOTNET_ROOT/dotnet" "$artifacts/bin/CodeCrafter.Crdt.Fuzz/release/CodeCrafter.Crdt.Fuzz.dll" targets; fi
}

fuzz() {
    local target=$1 seconds=$2 out="$work/$1"
    rm -rf "${out:?}/in"
    mkdir -p "$out/in"
    cp "$inputs/corpus/$target"/* "$out/in/"
    [[ ! -d $out/all ]] || cp -n "$out/all"/* "$out/in/"
    rm -rf "${out:?}/default"
    say "$target for $seconds s (log: $step_logs/fuzz-$target.log)"
    logged "fuzz-$target" afl-fuzz -i "$out/in" -o "$out" -t 10000 -m none -V "$seconds" -- \
        "$DOTNET_ROOT/dotnet" "$work/bin/CodeCrafter.Crdt.Fuzz.dll" afl "$target"
    mkdir -p "$out/all"
    local file
    for file in "$out/default/queue"/id*; do cp "$file" "$out/all/$(name_by_content "$file")"; done
    for file in "$out/default"/{crashes,hangs}/id*; do
        [[ -e $file ]] || continue
        mkdir -p "$inputs/findings/$target"
        cp "$file" "$inputs/findings/$target/$(name_by_content "$file")"
    done
    grep -E '^(execs_done|execs_per_sec|corpus_count|saved_crashes|saved_hangs) ' "$out/default/fuzzer_stats"
}

minimise() {
    prepare
    local target out
    for target in $(targets_of ''); do
        out="$work/$target"
        [[ -d $out/all ]] || continue
        rm -rf "${out:?}/least"
        logged "fuzz-corpus-$target" afl-cmin -t 10000 -m none -i "$out/all" -o "$out/least" -- \
            "$DOTNET_ROOT/dotnet" "$work/bin/CodeCrafter.Crdt.Fuzz.dll" afl "$target"
        rm -rf "${inputs:?}/corpus/$target"
        cp -r "$out/least" "$inputs/corpus/$target"
    done
}

name_by_content() { sha256sum <"$1" | cut -c 1-16; }

count_findings() {
    mkdir -p "$inputs/findings"
    find "$inputs/findings" -type f | wc -l
}

case ${1-} in
    -h | --help) usage ;;
    --corpus) minimise ;;
    -*)
        usage >&2
        exit 2
        ;;
    *) main "$@" ;;
esac
