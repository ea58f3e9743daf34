# shellcheck shell=bash
# The browser of the tests. Sourced after provision.sh.

# Sets CODECRAFTER_TEST_CHROMIUM to a Chromium, installing one with apt where there is none.
provide_browser() {
    if [[ -n ${CODECRAFTER_TEST_CHROMIUM-} ]]; then
        [[ -x $CODECRAFTER_TEST_CHROMIUM ]] || fail "CODECRAFTER_TEST_CHROMIUM names no program: $CODECRAFTER_TEST_CHROMIUM"
    elif ! CODECRAFTER_TEST_CHROMIUM=$(find_browser); then
        [[ $(os_release ID) != ubuntu ]] || no_browser_on_ubuntu
        install_with_apt chromium
        CODECRAFTER_TEST_CHROMIUM=$(find_browser)
    fi
    export CODECRAFTER_TEST_CHROMIUM
}

find_browser() {
    local candidate
    for candidate in /usr/bin/chromium /usr/bin/google-chrome /usr/bin/google-chrome-stable /usr/bin/chromium-browser; do
        if [[ -x $candidate ]] && ! is_snap_stub "$candidate"; then
            say "$candidate"
            return
        fi
    done
    return 1
}

# Ubuntu's chromium-browser package is a script that starts or asks for the snap, which cannot read a test's profile.
is_snap_stub() {
    grep -q 'snap' "$1" 2>/dev/null && [[ $(stat -c %s -L "$1") -lt 100000 ]]
}

no_browser_on_ubuntu() {
    fail "the browser tests need Chromium, which Ubuntu's apt has only as a snap: install Google Chrome, or name a Chromium in CODECRAFTER_TEST_CHROMIUM"
}
