#!/bin/sh
# Precompiles the headers that programs begin with: precompile.sh DIRECTORY COMPILER FLAG...
#
# g++ takes DIRECTORY/iostream.gch for a first #include <iostream> if the flags are the same and no macro says otherwise.
# In every other place it takes DIRECTORY/iostream, a copy of the header that gives the header's own name to messages.
# Headers with an #include_next are none of these: from a copy it would begin its search at another place.
set -eu
directory=$1
shift
for header in iostream bits/stdc++.h vector string algorithm; do
    path=$(printf '#include <%s>\n' "$header" | "$@" -M -x c++ - | tr -s ' \\' '\n' | grep "^/.*/$header\$" | head -n 1)
    ! grep -q '#include_next' "$path"
    mkdir -p "$(dirname "$directory/$header")"
    { printf '#line 1 "%s"\n' "$path" && cat "$path"; } >"$directory/$header"
    # As a main file a header may not call itself a system header, of which g++ warns.
    "$@" -w -x c++-header -o "$directory/$header.gch" "$path"
done
