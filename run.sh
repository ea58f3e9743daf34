#!/usr/bin/env bash
# Installs what is missing, builds and starts CodeCrafter. See ./run.sh --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/eng/common.sh"
source "$root/eng/provision.sh"
source "$root/eng/build.sh"
source "$root/eng/serve.sh"

usage() {
    cat <<'HELP'
usage: ./run.sh

Starts CodeCrafter on http://localhost:5000. On the way there it installs what is
missing, after saying what: apt packages (the sandbox and the toolchains of the
languages), the .NET SDK by Microsoft's install script, and the page's npm packages;
then it builds the server. A second start installs and builds nothing. Works on
Debian 12 and Ubuntu 24.04 or newer, as root or with sudo. Where everything is
installed, neither is needed.

When the server answers, the address is printed as the last line. The server's own
output goes to DATA_DIR/logs/server.log; that of the start before, to server.log.1.

Ctrl-C, SIGTERM and SIGHUP stop the server cleanly, a second Ctrl-C at once.

Environment:
  PORT      the port to listen on (5000)
  HOST      the address to listen on (localhost); 0.0.0.0 is every network of this
            machine: put a proxy with HTTPS in front before others use it
  DATA_DIR  where accounts, sessions and documents are kept (data/ beside this file)
  RATE_LIMITS  off turns request rate limits off, for load tests on this machine
  Everything else that is set goes to the server; README.md lists its settings.

Exit codes: 0 stopped by a signal, 1 could not start or ended by itself, 2 wrong usage,
130 (Ctrl-C) and 143 (SIGTERM) stopped before there was a server.
HELP
}

start() {
    trap 'exit 130' INT
    check_settings
    install_packages run
    provide_dotnet
    provide_server
    start_server
    announce
    run_until_stopped
}

case ${1-start} in
    start) start ;;
    -h | --help | help) usage ;;
    *)
        usage >&2
        exit 2
        ;;
esac
