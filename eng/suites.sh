# shellcheck shell=bash
# Finds and runs the test suites, one after another, and adds up their results. Sourced after common.sh.
#
# A suite is a name, the format of its report, and a command that writes the report. Suites are found, not listed:
#   every tests/**/*.Tests.csproj   xunit.v3, which reports in CTRF
#   web/, if it has a test script   vitest, which reports in its JSON
#   every tests/**/*.bats           bats, which reports in TAP
# eng/read-report.mjs reads all three.

results="$artifacts/test-results"
suite_time_limit=${CODECRAFTER_SUITE_TIME_LIMIT:-15m}
passed=0 failed=0 skipped=0
failed_suites=()

all_suites() {
    {
        find "$root/tests" -name node_modules -prune -o \( -name '*.Tests.csproj' -o -name '*.bats' \) -print
        if [[ -f $root/web/package.json ]] && grep -q '"test":' "$root/web/package.json"; then say "$root/web/package.json"; fi
    } | sort
}

# matching_suites FILTER: those whose name contains the filter, in any case.
matching_suites() {
    local suite
    while read -r suite; do
        [[ $(name_of "$suite" | tr '[:upper:]' '[:lower:]') == *"${1,,}"* ]] && say "$suite"
    done < <(all_suites)
    return 0
}

name_of() {
    case $1 in
        */web/package.json) say web ;;
        *) basename "$1" | sed -E 's/\.(csproj|bats)$//' ;;
    esac
}

run_suite() {
    local suite=$1 name
    name=$(name_of "$suite")
    case $suite in
        *.csproj) run_and_count "$name" ctrf "$artifacts/bin/$name/debug/$name" -noColor -noLogo -longRunning 60 -result-ctrf "$results/$name.json" ;;
        *.bats) run_and_count "$name" tap bats --tap "$suite" ;;
        *) run_and_count "$name" vitest npm --prefix "$root/web" test -- --reporter=default --reporter=json --outputFile.json="$results/$name.json" ;;
    esac
}

run_and_count() {
    local name=$1 format=$2 code=0 started=$SECONDS
    shift 2
    local log="$results/$name.log" report="$results/$name.json"
    if [[ $format == tap ]]; then report=$log; fi
    say "Running $name (log: $log)"
    (cd "$root" && timeout --foreground --kill-after=30 "$suite_time_limit" "$@") >"$log" 2>&1 </dev/null || code=$?
    count "$name" "$format" "$report" "$code" "$log" "$((SECONDS - started))"
}

# A suite that crashed, was too slow, left no report or ran nothing counts as one failed test: it must not look green.
count() {
    local name=$1 format=$2 report=$3 code=$4 log=$5 seconds=$6 counts wrong=
    local -i suite_passed=0 suite_failed=0 suite_skipped=0
    if counts=$(node "$root/eng/read-report.mjs" "$format" "$report"); then
        read -r suite_passed suite_failed suite_skipped <<<"$counts"
    else
        wrong='left no report that can be read'
    fi
    if ((code == 124 || code == 137)); then
        wrong="did not end within $suite_time_limit"
    elif ((code != 0 && suite_failed == 0)); then
        wrong="ended with exit code $code, though no test failed"
    elif [[ -z $wrong ]] && ((suite_passed + suite_failed == 0)); then
        wrong='ran no test'
    fi
    if [[ -n $wrong ]]; then
        suite_failed+=1
        tail -n 40 "$log" >&2
        warn "$name $wrong"
    fi
    if ((suite_failed > 0)); then failed_suites+=("$name"); fi
    passed=$((passed + suite_passed)) failed=$((failed + suite_failed)) skipped=$((skipped + suite_skipped))
    say "  $name: $suite_passed of $((suite_passed + suite_failed)) tests passed, $suite_skipped skipped, in $seconds s"
}

# The last line of all, and the exit code.
conclude() {
    if ((${#failed_suites[@]} > 0)); then say "Failures in: ${failed_suites[*]}"; fi
    say "$passed passed, $failed failed$( ((skipped == 0)) || say ", $skipped skipped")"
    ((failed == 0 && passed > 0))
}
