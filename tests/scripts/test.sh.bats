#!/usr/bin/env bats
# How test.sh counts: no suite may look green that is not. And the scripts themselves are free of shellcheck's findings.
# shellcheck disable=SC2154,SC1091 # bats sets stderr and stderr_lines; common.sh sets root.

bats_require_minimum_version 1.8.0

setup() {
    source "$BATS_TEST_DIRNAME/../../eng/common.sh"
    source "$root/eng/suites.sh"
    results="$BATS_TEST_TMPDIR/results"
    mkdir -p "$results"
}

# suite NAME FORMAT REPORT EXIT-CODE: runs a suite that leaves this report (none if empty) and ends so.
suite() {
    local report="$results/$1.json"
    if [[ $2 == tap ]]; then report=/dev/stdout; fi
    # shellcheck disable=SC2016 # The inner shell expands them.
    run_and_count "$1" "$2" bash -c '[[ -z $1 ]] || printf "%b" "$1" >"$2"; exit "$3"' -- "$3" "$report" "$4" >/dev/null 2>&1
}

ctrf() {
    local status tests=()
    for status in "$@"; do tests+=("{\"name\":\"a\",\"status\":\"$status\",\"duration\":1}"); done
    local IFS=,
    echo "{\"results\":{\"tests\":[${tests[*]}]}}"
}

last_line() { conclude | tail -n 1; }

@test "Arguments that there are not are named above the usage and are exit code 2" {
    run -2 --separate-stderr "$root/test.sh" --nonsense
    [ "${stderr_lines[0]}" = "error: there is no option '--nonsense'" ]
    [ "${stderr_lines[1]}" = 'usage: ./test.sh [SUITE]' ]
    run -2 --separate-stderr "$root/test.sh" crdt server
    [ "${stderr_lines[0]}" = "error: there is one SUITE at most, and 'server' is another" ]
}

@test "Results of all formats add up, skipped ones too" {
    suite a ctrf "$(ctrf passed passed skipped)" 0
    suite b vitest '{"testResults":[{"status":"passed","assertionResults":[{"status":"passed"},{"status":"todo"}]}]}' 0
    suite c tap 'ok 1 one\nok 2 two # skip no reason\n1..2\n' 0
    [ "$(last_line)" = '4 passed, 0 failed, 3 skipped' ]
    conclude
}

@test "Nothing is said of skipped tests where there are none" {
    suite a ctrf "$(ctrf passed)" 0
    [ "$(last_line)" = '1 passed, 0 failed' ]
}

@test "A failed test fails the whole, and is named with its message" {
    suite a ctrf "$(ctrf passed failed)" 1
    [ "$(last_line)" = '1 passed, 1 failed' ]
    run ! conclude
    echo '{"results":{"tests":[{"name":"Adds_up","status":"failed","message":"1 is not 2"}]}}' >"$results/b.json"
    run -0 node "$root/eng/read-report.mjs" ctrf "$results/b.json"
    [[ $output == *'FAILED Adds_up'*'1 is not 2'*'0 1 0' ]]
}

@test "A suite that crashes after its report counts as a failure" {
    suite a ctrf "$(ctrf passed)" 134
    [ "$(last_line)" = '1 passed, 1 failed' ]
    [ "${failed_suites[*]}" = a ]
}

@test "A suite without a report counts as a failure" {
    suite good ctrf "$(ctrf passed)" 0
    suite bad ctrf '' 0
    [ "$(last_line)" = '1 passed, 1 failed' ]
    [ "${failed_suites[*]}" = bad ]
}

@test "A report that is cut off counts as a failure" {
    suite a ctrf '{"results":{"tests":[{"name"' 0
    suite b tap '1..2\nok 1 one\n' 0
    [ "$(last_line)" = '0 passed, 2 failed' ]
}

@test "A suite that runs no test counts as a failure" {
    suite good ctrf "$(ctrf passed)" 0
    suite empty ctrf "$(ctrf)" 0
    suite skipping ctrf "$(ctrf skipped)" 0
    [ "$(last_line)" = '1 passed, 2 failed, 1 skipped' ]
}

@test "A suite that takes too long counts as a failure" {
    suite_time_limit=0.2s run_and_count slow tap sleep 60 >/dev/null 2>&1
    [ "$(last_line)" = '0 passed, 1 failed' ]
}

@test "A file that vitest cannot load counts as a failure" {
    suite a vitest '{"testResults":[{"name":"a.test.ts","status":"failed","message":"no","assertionResults":[]}]}' 1
    [ "$(last_line)" = '0 passed, 1 failed' ]
}

@test "Nothing run is no success" {
    [ "$(last_line)" = '0 passed, 0 failed' ]
    run ! conclude
}

@test "Suites are found, and chosen by a part of their name in any case" {
    [[ $(matching_suites '') == *CodeCrafter.Crdt.Tests.csproj*CodeCrafter.Sandbox.Tests.csproj*CodeCrafter.Server.Tests.csproj* ]]
    [[ $(matching_suites sandBOX) == "$root/tests/CodeCrafter.Sandbox.Tests/CodeCrafter.Sandbox.Tests.csproj" ]]
    [ -z "$(matching_suites nonsense)" ]
}

@test "An unknown suite is one line that names the known ones" {
    run -1 --separate-stderr "$root/test.sh" nonsense
    [[ $stderr == "error: no suite matches 'nonsense'; there are: "*CodeCrafter.Crdt.Tests* ]]
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "The shell scripts have no findings" {
    cd "$root"
    shellcheck -x run.sh test.sh bench/run.sh .ci/run tests/scripts/*.bats
}
