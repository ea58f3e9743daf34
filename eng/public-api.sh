#!/usr/bin/env bash
# Writes src/CodeCrafter.Crdt/PublicAPI.Unshipped.txt anew after a change of the library's public surface: all that is
# public and not in PublicAPI.Shipped.txt. The build fails (RS0016, RS0017) while the files and the code differ; what
# changed is then reviewed in the diff. At a release the lines move to Shipped.
set -euo pipefail
project="$(dirname "${BASH_SOURCE[0]}")/../src/CodeCrafter.Crdt"
list="$project/PublicAPI.Unshipped.txt"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

echo '#nullable enable' >"$list"
dotnet build --nologo -nodeReuse:false -p:UseSharedCompilation=false -p:TreatWarningsAsErrors=false "$project" >"$log" || {
    grep -E 'error' "$log" >&2
    exit 1
}
sed -nE "s/.*warning RS0016: Symbol '(.*)' is not part of the declared public API.*/\1/p" "$log" | LC_ALL=C sort -u >>"$list"
echo "$(($(wc -l <"$list") - 1)) lines in $list"
