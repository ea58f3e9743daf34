# shellcheck shell=bash
# The browser of the tests: Chromium, where it is to be had the shell that has no windows to draw, and so costs less. Sourced
# after provision.sh and suites.sh; called after the build, which brings Playwright.

# provide_browser SUITE...: sets CODECRAFTER_TEST_CHROMIUM to a Chromium for those suites that use Playwright. Where
# there is none, Debian's comes with apt. Ubuntu's apt has it only as a snap, which cannot read a test's profile, so
# there Playwright downloads the one that it was made for.
provide_browser() {
    local suite
    suite=$(playwright_suite "$@")
    if [[ -z $suite ]]; then return; fi
    if [[ -n ${CODECRAFTER_TEST_CHROMIUM-} ]]; then
        [[ -x $CODECRAFTER_TEST_CHROMIUM ]] || fail "CODECRAFTER_TEST_CHROMIUM names no program: $CODECRAFTER_TEST_CHROMIUM"
    elif ! CODECRAFTER_TEST_CHROMIUM=$(find_browser); then
        if [[ $(os_release ID) == debian ]]; then
            install_with_apt chromium-headless-shell
        else
            download_browser "$artifacts/bin/$(name_of "$suite")/debug/.playwright"
        fi
        CODECRAFTER_TEST_CHROMIUM=$(find_browser) || fail 'Chromium was installed, but is in none of its usual places: name it in CODECRAFTER_TEST_CHROMIUM'
    fi
    export CODECRAFTER_TEST_CHROMIUM
    say "The browser of the tests is $CODECRAFTER_TEST_CHROMIUM"
}

playwright_suite() {
    grep -l 'Include="Microsoft.Playwright"' "$@" | head -n 1 || true
}

find_browser() {
    local candidate
    for candidate in /usr/bin/chromium-headless-shell /usr/bin/chromium /usr/bin/google-chrome "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-*/chrome-linux*/chrome; do
        if [[ -x $candidate ]]; then
            say "$candidate"
            return
        fi
    done
    return 1
}

# download_browser PLAYWRIGHT: with the libraries that it needs, for which Playwright calls apt, and sudo where it must.
download_browser() {
    local nodes=("$1"/node/*/node)
    require_root 'npx playwright install-deps chromium'
    require_free_space "$HOME" 1000
    say "Downloading Chromium with Playwright into ~/.cache/ms-playwright, and installing the libraries that it needs with apt (log: $step_logs/chromium.log)"
    logged chromium "${nodes[0]}" "$1/package/cli.js" install --with-deps --no-shell chromium
}
