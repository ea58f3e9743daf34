#!/usr/bin/env bash
# Changes the library of documents in small ways, and sees whether a test notices. See mutate.sh --help.
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../eng/common.sh"
# shellcheck source=eng/provision.sh
source "$root/eng/provision.sh"

here="$root/tests/CodeCrafter.Crdt.Mutation"
results="$artifacts/mutation"
runner="$artifacts/bin/CodeCrafter.Crdt.Mutation/release/CodeCrafter.Crdt.Mutation"

usage() {
    cat <<'HELP'
usage: tests/CodeCrafter.Crdt.Mutation/mutate.sh all | GLOB...
       tests/CodeCrafter.Crdt.Mutation/mutate.sh again

Mutation testing of src/CodeCrafter.Crdt: Stryker makes the mutants, of the whole library or of
the files that the globs name ('Wire/*.cs'), and for each of them the tests that reach it run
until one fails. Prints the survivors, and a table of the scores.

With "again" the mutants stay as they are, and those that survived are tested once more, by
tests that were written meanwhile. What was interrupted also goes on with it.

The tests are short ones: those that repeat something do it a tenth as often, and those of
memory, of faults and of the package are left out. All is in artifacts/mutation/.
HELP
}

make_mutants() {
    local glob
    local -a globs=()
    for glob in "$@"; do [[ $glob == all ]] || globs+=(--mutate "$glob"); done
    logged mutation-tools dotnet tool restore --tool-manifest "$root/.config/dotnet-tools.json"
    rm -rf "$results"
    # It looks for its configuration and the project in the current folder.
    (cd "$here" && CODECRAFTER_MUTATION='make' logged mutation-make dotnet stryker --skip-version-check --output "$results" "${globs[@]}")
    mv "$artifacts/bin/CodeCrafter.Crdt.Mutation/debug/CodeCrafter.Crdt.mutated.dll" "$results/CodeCrafter.Crdt.dll"
}

# A process ends where a mutant made it useless, and another goes on, as long as they get anywhere.
test_part() {
    local file="$results/results-$1.tsv" before
    touch "$file"
    # In a shell of its own, which says into the log that a process was aborted.
    until before=$(wc -l <"$file"); ("$runner" test "$results" "$1" "$2"; exit $?) >>"$results/part-$1.log" 2>&1; do
        (($(wc -l <"$file") > before)) || fail "no mutant could be tested; see $results/part-$1.log"
    done
}

main() {
    provide_dotnet
    if [[ $1 == again ]]; then
        sed -i '/Survived$\|NoCoverage$/d; /Started$/d' "$results"/results-*.tsv
    else
        make_mutants "$@"
    fi
    logged mutation-npm npm ci --prefix "$root/tests/CodeCrafter.Crdt.Tests/interop" --ignore-scripts --no-audit --no-fund
    logged mutation-build dotnet build "$here" -c Release
    # The seed is fixed, since a mutant must not be killed by chance.
    export CODECRAFTER_MUTATION=1 CODECRAFTER_TEST_SEED=1
    "$runner" install "$results"
    "$runner" coverage "$results"
    local part parts
    parts=$(nproc)
    for ((part = 0; part < parts; part++)); do test_part "$part" "$parts" & done
    wait
    "$runner" report "$results"
}

case ${1-} in
    '' | -*) usage ;;
    *) main "$@" ;;
esac
