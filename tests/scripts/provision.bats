#!/usr/bin/env bats
# What is installed, and for whom.
# shellcheck disable=SC2154,SC1091 # bats sets stderr and stderr_lines; common.sh sets root.

bats_require_minimum_version 1.8.0

setup() {
    source "$BATS_TEST_DIRNAME/../../eng/common.sh"
    source "$root/eng/provision.sh"
}

# A project that needs these packages and languages.
project() {
    root="$BATS_TEST_TMPDIR/project"
    mkdir -p "$root/eng" "$root/languages/zig"
    printf '%s\n' '# a comment' "$@" >"$root/eng/packages.txt"
    printf '{\n  "requires": ["/usr/bin/zig", "/usr/bin/env"],\n  "packages": ["zig", "libc6-dev"],\n}\n' >"$root/languages/zig/language.json"
}

@test "A package is missing where its file is not there or its name is not on PATH, for the uses that are asked for" {
    project 'run /usr/bin/env coreutils' 'run /nonexistent one' 'run no-such-program two' 'test /nonexistent three' 'run bash bash'
    [ "$(missing_packages run | paste -sd ' ')" = 'one two' ]
    [ "$(missing_packages run test | paste -sd ' ')" = 'one two three' ]
}

@test "What can be asked for besides is what has a use of its own" {
    project 'run /nonexistent one' 'test /nonexistent two' 'extra-b /nonexistent three' 'extra-a /nonexistent four' 'extra-a /nonexistent five'
    [ "$(extras | paste -sd ' ')" = 'extra-a extra-b' ]
    is_extra extra-a
    run ! is_extra run
    run ! is_extra ''
    run ! is_extra 'extra-.'
    [ "$(missing_packages run extra-a | paste -sd ' ')" = 'one four five' ]
}

@test "A language whose program is not there brings all of its packages" {
    project
    [ "$(missing_toolchains | paste -sd ' ')" = 'zig libc6-dev' ]
}

@test "A manifest is read however its lists are laid out" {
    project
    printf '{ "id": "zig",\n  // its compiler\n  "requires": [\n    "/nonexistent/zig",\n\t"/nonexistent/lib"\n  ], "packages": ["zig","libc6-dev"] }\n' >"$root/languages/zig/language.json"
    [ "$(words_of requires "$root/languages/zig/language.json" | paste -sd ' ')" = '/nonexistent/zig /nonexistent/lib' ]
    [ "$(words_of packages "$root/languages/zig/language.json" | paste -sd ' ')" = 'zig libc6-dev' ]
}

@test "A manifest without its lists is one line, and the other languages are installed" {
    project
    mkdir "$root/languages/faulty"
    echo '{ "requires": "/usr/bin/faulty" }' >"$root/languages/faulty/language.json"
    run -0 --separate-stderr missing_toolchains
    [ "$(paste -sd ' ' <<<"$output")" = 'zig libc6-dev' ]
    [ "$stderr" = "warning: $root/languages/faulty/language.json has no list 'requires'; the language is left out" ]
}

@test "The manifests of all languages can be read" {
    for manifest in "$root"/languages/*/language.json; do
        [[ $(words_of requires "$manifest") == /usr/* ]]
        [ -n "$(words_of packages "$manifest")" ]
    done
}

@test "Distributions that are too old or not known are one line that names the packages" {
    for release in 'debian 11' 'ubuntu 22.04' 'fedora 41'; do
        # shellcheck disable=SC2317,SC2329 # require_supported_distribution calls it.
        os_release() {
            case $1 in
                ID) echo "${release% *}" ;;
                VERSION_ID) echo "${release#* }" ;;
                *) echo "$release" ;;
            esac
        }
        run -1 --separate-stderr require_supported_distribution 'crun runc'
        [ "${#stderr_lines[@]}" -eq 1 ]
        [[ $stderr == *"this is $release"*': crun runc' ]]
    done
}

@test "Debian 12, its testing without a number, and Ubuntu 24.04 are supported" {
    for release in 'debian 12' 'debian 13' 'debian ' 'ubuntu 24.04' 'ubuntu 26.04'; do
        # shellcheck disable=SC2317,SC2329 # require_supported_distribution calls it.
        os_release() { if [[ $1 == ID ]]; then echo "${release% *}"; else echo "${release#* }"; fi; }
        require_supported_distribution crun
    done
}

@test "The SDK that is found is one that global.json accepts" {
    [ "$(dotnet_channel)" = 10.0 ]
    found=$(find_dotnet)
    [[ $(cd "$root" && "$found" --version) == 10.0.* ]]
    root="$BATS_TEST_TMPDIR"
    echo '{ "sdk": { "version": "99.0.100", "rollForward": "latestFeature" } }' >"$root/global.json"
    run ! find_dotnet
}

@test "A full disk and a lost network are told from other failures in one line" {
    step_logs="$BATS_TEST_TMPDIR/logs"
    run -1 --separate-stderr logged step bash -c 'echo "write: No space left on device"; exit 1'
    [ "$stderr" = "error: step failed: the disk is full; all of its output is in $step_logs/step.log" ]
    run -1 --separate-stderr logged step bash -c 'echo "error NU1301: Unable to load the service index"; exit 1'
    [[ $stderr == 'error: step failed: a download failed'* ]]
    run -1 --separate-stderr logged step bash -c 'echo "no such thing"; exit 7'
    [[ $stderr == *'no such thing'*"error: step failed: exit code 7; all of its output is in $step_logs/step.log" ]]
}
