#!/usr/bin/env bash
# Installs what is missing, builds and starts CodeCrafter. See ./run.sh --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/eng/common.sh"
source "$root/eng/provision.sh"
source "$root/eng/build.sh"
source "$root/eng/serve.sh"

usage() {
    cat <<'HELP'
usage: ./run.sh [--with EXTRA]...
       ./run.sh doctor

Starts CodeCrafter on http://localhost:5000. On the way there it installs what is
missing, after saying what: apt packages (the sandbox and the toolchains of the
languages), the .NET SDK by Microsoft's install script, and the page's npm packages;
then it builds the server. A second start installs and builds nothing. Works on
Debian 12 and Ubuntu 24.04 or newer, as root or with sudo. Where everything is
installed, neither is needed.

When the server answers, the address is printed as the last line. The server's own
output goes to DATA_DIR/logs/server.log; that of the start before, to server.log.1.

  --with python-scientific   installs NumPy, pandas and Matplotlib too, for Python
                             programs; once is enough

doctor installs nothing and starts no server: it looks at this machine, runs a
program in each language, and says what is wrong and what to install. It works beside
a running server.

Ctrl-C, SIGTERM and SIGHUP stop the server cleanly, a second Ctrl-C at once.

Environment:
  PORT      the port to listen on (5000)
  HOST      the address to listen on (localhost); 0.0.0.0 is every network of this
            machine: put a proxy with HTTPS in front before others use it
  DATA_DIR  where accounts, sessions and documents are kept (data/ beside this file)
  RATE_LIMITS  off turns request rate limits off, for load tests on this machine
  Everything else that is set goes to the server; README.md lists its settings.

Exit codes: 0 stopped by a signal, 1 could not start or ended by itself, 2 wrong usage,
130 (Ctrl-C) and 143 (SIGTERM) stopped before there was a server. Of doctor: 0 where
everything that is needed works, else 1.
HELP
}

start() {
    trap 'exit 130' INT
    check_settings
    install_packages "${uses[@]}"
    provide_dotnet
    provide_server
    start_server
    announce
    run_until_stopped
}

# Nothing is installed here, so what only the build needs is asked for only where there is no server yet. Toolchains it
# does not need: what lacks of them is what the doctor is to tell.
doctor() {
    local packages toolchains
    packages=$(missing_packages run) || exit 1
    toolchains=$(missing_toolchains) || exit 1
    if [[ ! -f $server && -n $packages ]] || ! find_dotnet >/dev/null; then
        fail "there is no server yet that could look around: ./run.sh builds one, and installs the .NET SDK and packages that it needs; missing now: $(printf '%s\n' "$packages" "$toolchains" | grep . | sort -u | paste -sd ' ')"
    fi
    provide_dotnet
    # One that was built before can look around also where something that a build needs has gone.
    [[ -n $packages ]] || provide_server
    run_doctor
}

main() {
    local command=start
    while (($# > 0)); do
        case $1 in
            start | doctor) command=$1 ;;
            --with)
                is_extra "${2-}" || wrong_usage "--with takes one of: $(extras | paste -sd ' '), and not '${2-}'"
                uses+=("$2")
                shift
                ;;
            -h | --help | help) command=usage ;;
            -*) wrong_usage "there is no option '$1'" ;;
            *) wrong_usage "there is no command '$1'" ;;
        esac
        shift
    done
    "$command"
}

uses=(run)
main "$@"
