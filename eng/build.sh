# shellcheck shell=bash
# Builds. Sourced after common.sh and provision.sh.

server_folder="$artifacts/server"
server="$server_folder/CodeCrafter.Server.dll"

# No build process stays behind: it would hold memory beside a running server, and the output of a finished test run.
dotnet_build() {
    dotnet build --nologo -nodeReuse:false -p:UseSharedCompilation=false "$@"
}

# The server is built when a file that goes into it was changed, added or removed since the last time.
provide_server() {
    local stamp="$artifacts/server.stamp" sources
    sources=$(server_sources)
    if is_built; then return; fi
    require_writable_folder "$artifacts"
    require_free_space "$root" 1500
    # Two starts at once must not build into the same folders.
    (flock 9 && { is_built || build_server; }) 9>"$artifacts/build.lock"
}

is_built() { [[ -f $server && -f $stamp && $sources == "$(<"$stamp")" ]]; }

# Warnings are for developers: one that a newer SDK thought of is no reason not to start.
build_server() {
    say "Building the server and its page (about a minute the first time; log: $step_logs/build.log)"
    rm -f "$stamp"
    logged build publish_server -p:TreatWarningsAsErrors=false
    say "$sources" >"$stamp"
}

# Compiled for this kind of machine ahead of the start, which would take a third longer otherwise.
publish_server() {
    rm -rf "$server_folder"
    dotnet publish --nologo -nodeReuse:false -p:UseSharedCompilation=false --configuration Release \
        --use-current-runtime --self-contained false --output "$server_folder" "$root/src/CodeCrafter.Server" "$@"
}

# One line that stands for the names, sizes and times of all files that the server is built from.
server_sources() {
    (
        shopt -s nullglob
        cd "$root"
        find src/ web*/ languages*/ ./*.props ./*.targets global.json \
            \( -name node_modules -o -name dist -o -name bin -o -name obj \) -prune -o -type f -printf '%p %s %T@\n' \
            | sort | sha256sum
    )
}

# build_suites FILTER SUITE...: the whole solution, or with a filter what these suites need. The npm packages of tests
# come before the build; those of the page, where its build has not brought them.
build_suites() {
    local filter=$1 suite
    shift
    require_free_space "$root" 2000
    for suite in "$@"; do
        if [[ $suite == *.csproj ]]; then install_npm_packages "$(dirname "$suite")"; fi
        if [[ $suite == *Bench.Tests.csproj ]]; then npm_ci "$root/bench/peers"; fi
    done
    say "Building (log: $step_logs/build.log)"
    if [[ -z $filter ]]; then
        logged build dotnet_build "$root/CodeCrafter.slnx" -warnaserror
    fi
    for suite in "$@"; do
        case $suite in
            *.csproj) [[ -z $filter ]] || logged build dotnet_build "$suite" -warnaserror ;;
            */package.json) npm_ci "$(dirname "$suite")" ;;
        esac
    done
}

# The npm packages of each package.json in this folder or below it.
install_npm_packages() {
    local manifest
    while read -r manifest; do
        npm_ci "$(dirname "$manifest")"
    done < <(find "$1" -name node_modules -prune -o -name package.json -print)
}

# npm writes node_modules/.package-lock.json last.
npm_ci() {
    local installed="$1/node_modules/.package-lock.json"
    if [[ $installed -nt $1/package-lock.json && $installed -nt $1/package.json ]]; then return; fi
    say "Installing the npm packages of ${1#"$root"/}"
    logged npm npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund
}
