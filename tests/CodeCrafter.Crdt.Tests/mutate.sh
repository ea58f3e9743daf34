#!/usr/bin/env bash
# Changes the library of documents in small ways, and sees whether a test notices. See mutate.sh --help.
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../eng/common.sh"
# shellcheck source=eng/provision.sh
source "$root/eng/provision.sh"

usage() {
    cat <<'HELP'
usage: tests/CodeCrafter.Crdt.Tests/mutate.sh GLOB...

Runs Stryker (mutation testing) over the files of src/CodeCrafter.Crdt that the globs name:
    mutate.sh 'Wire/*.cs' 'Structs/UpdateDecoder.cs'
A batch of a few files takes minutes. The tests are those that need no other program and
end quickly: what only a comparison with Yjs, the fuzzer's corpus or the cases of faults
would notice counts as survived. Prints the score and the survivors; the report is in
artifacts/mutation/.
HELP
}

main() {
    local glob
    local -a mutated=()
    for glob in "$@"; do mutated+=(--mutate "$glob"); done
    provide_dotnet
    logged mutation-tools dotnet tool restore --tool-manifest "$root/.config/dotnet-tools.json"
    cd "$root/tests/CodeCrafter.Crdt.Tests"
    # The seed is fixed, since a mutant must not be killed by chance.
    CODECRAFTER_MUTATION=1 CODECRAFTER_TEST_SEED=1 dotnet stryker --output "$artifacts/mutation" "${mutated[@]}"
}

case ${1-} in
    '' | -*) usage ;;
    *) main "$@" ;;
esac
