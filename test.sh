#!/usr/bin/env bash
# Installs what the tests need, builds and runs them all. See ./test.sh --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/eng/common.sh"
source "$root/eng/provision.sh"
source "$root/eng/build.sh"
source "$root/eng/suites.sh"
source "$root/eng/browser.sh"

usage() {
    cat <<'HELP'
usage: ./test.sh [SUITE]

Installs what the tests need (all that ./run.sh installs, Chromium, a font, bats,
shellcheck, docker.io and mmdebstrap), builds everything with warnings as errors, and runs all suites one after
another; with SUITE only those whose name contains it, in any case: ./test.sh crdt

Reports, logs and the browser's screenshots go to artifacts/test-results/. The last
line is 'N passed, N failed', with ', N skipped' behind it where tests were skipped.
A suite that crashed, was too slow or ran no test counts as a failed test.

Environment:
  CODECRAFTER_TEST_CHROMIUM     the browser to test with, where it is not Chromium in
                                one of its usual places
  CODECRAFTER_SUITE_TIME_LIMIT  how long one suite may take (15m)
  CODECRAFTER_TEST_DOCKER_LANGUAGES  whose images the tests of the Docker backend build
                                and run: ids with commas between, or all (c,python)

Exit codes: 0 all passed, 1 something failed or nothing ran, 2 wrong usage.
HELP
}

main() {
    local -a suites
    mapfile -t suites < <(matching_suites "$1")
    ((${#suites[@]} > 0)) || fail "no suite matches '$1'; there are: $(all_suites | while read -r suite; do name_of "$suite"; done | paste -sd ' ')"

    install_packages run test python-scientific
    provide_dotnet
    rm -rf "$results"
    mkdir -p "$results"
    export CODECRAFTER_TEST_RESULTS="$results"

    local suite
    if (build_suites "$1" "${suites[@]}"); then
        provide_browser "${suites[@]}"
        for suite in "${suites[@]}"; do run_suite "$suite"; done
    else
        failed=1 failed_suites=(build)
    fi
    conclude
}

case ${1-} in
    -h | --help) usage ;;
    -*) wrong_usage "there is no option '$1'" ;;
    *)
        (($# <= 1)) || wrong_usage "there is one SUITE at most, and '$2' is another"
        main "${1-}"
        ;;
esac
