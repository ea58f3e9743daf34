# shellcheck shell=bash
# Installs what is missing, after saying so, and nothing else. packages.txt says what is needed. Sourced after common.sh.

# The SDK's command line would ask for libicu otherwise.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

dotnet_install_script=https://dot.net/v1/dotnet-install.sh
dotnet_own_folder=${DOTNET_INSTALL_DIR:-$HOME/.dotnet}

# --- apt packages ---------------------------------------------------------------------------------------------------

# install_packages FOR...: installs what is missing of packages.txt's packages for these uses, and the toolchains.
install_packages() {
    local missing
    missing=$(missing_packages "$@" && missing_toolchains) || exit 1
    missing=$(sort -u <<<"$missing")
    if [[ -n $missing ]]; then
        # shellcheck disable=SC2086 # Package names, one an argument.
        install_with_apt $missing
    fi
}

missing_packages() {
    local use probe package
    while read -r use probe package; do
        [[ -n $package && $use != '#'* && " $* " == *" $use "* ]] || continue
        is_present "$probe" || say "$package"
    done <"$root/eng/packages.txt"
}

# The uses of packages.txt that nothing needs: what can be asked for besides.
extras() {
    awk '!/^#/ && NF == 3 && $1 != "run" && $1 != "test" { print $1 }' "$root/eng/packages.txt" | sort -u
}

is_extra() { extras | grep -qxF -e "$1"; }

# Adding a language is adding a folder: its manifest names the programs that it requires and the packages with them.
missing_toolchains() {
    local manifest required packages program
    for manifest in "$root"/languages/*/language.json; do
        required=$(words_of requires "$manifest") || continue
        packages=$(words_of packages "$manifest") || continue
        for program in $required; do
            is_present "$program" || say "$packages"
        done
    done
}

# words_of NAME MANIFEST: the strings of a list. There is no JSON reader on a machine yet that has no packages yet.
words_of() {
    local words
    words=$(sed -E 's/^[[:space:]]*\/\/.*//' "$2" | tr '\n\t' '  ' | sed -nE 's/.*"'"$1"'" *: *\[([^]]*)\].*/\1/p' | tr ',"' '  ')
    if [[ -z $words ]]; then
        warn "$2 has no list '$1'; the language is left out"
        return 1
    fi
    # shellcheck disable=SC2086 # Words, one a line.
    printf '%s\n' $words
}

is_present() {
    if [[ $1 == /* ]]; then [[ -e $1 ]]; else command -v "$1" >/dev/null; fi
}

install_with_apt() {
    require_supported_distribution "$*"
    require_root "apt-get install $*"
    require_free_space /usr 2500
    say "Installing with apt (minutes on a new machine; log: $step_logs/apt.log): $*"
    logged apt update_and_install "$@"
}

# Debian starts services and asks questions where it may; Ubuntu's needrestart asks too, and its automatic updates hold
# the lock in the first minutes of a new machine.
apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get -y -o DPkg::Lock::Timeout=300 "$@"
}

# An update that fails in part is no reason to stop: the packages may come from what was reached.
update_and_install() {
    apt_get update || true
    apt_get install --no-install-recommends "$@"
}

require_supported_distribution() {
    local id version
    id=$(os_release ID) version=$(os_release VERSION_ID)
    case $id in
        debian) [[ -z $version ]] || ((${version%%.*} >= 12)) || unsupported_distribution "$1" ;;
        ubuntu) ((${version%%.*} >= 24)) || unsupported_distribution "$1" ;;
        *) unsupported_distribution "$1" ;;
    esac
}

os_release() {
    # shellcheck source=/dev/null
    (. /etc/os-release 2>/dev/null && say "${!1:-}")
}

unsupported_distribution() {
    local name
    name=$(os_release PRETTY_NAME)
    fail "packages can be installed on Debian 12, Ubuntu 24.04 or newer, and this is ${name:-an unknown system}: install by hand what these are on Debian, and start again: $1"
}

# --- root -----------------------------------------------------------------------------------------------------------

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# require_root COMMAND: the command is what an administrator could run instead.
require_root() {
    can_become_root "Installing packages needs root." \
        || fail "installing packages needs root or sudo: start this once as root, or have an administrator run: $1"
}

# can_become_root WHY: sudo may ask for a password, which only a terminal can answer.
can_become_root() {
    ((EUID == 0)) && return
    command -v sudo >/dev/null || return
    sudo --non-interactive true 2>/dev/null && return
    [[ -t 0 ]] && say "$1" && sudo --validate
}

# --- the .NET SDK ---------------------------------------------------------------------------------------------------

# Puts an SDK that global.json accepts first on PATH; installs one where there is none.
provide_dotnet() {
    local dotnet
    if ! dotnet=$(find_dotnet); then
        install_dotnet
        dotnet=$(find_dotnet) || fail "the .NET SDK was installed into $dotnet_own_folder but does not start: $("$dotnet_own_folder/dotnet" --version 2>&1 | head -n 1)"
    fi
    DOTNET_ROOT=$(dirname "$dotnet")
    export DOTNET_ROOT PATH="$DOTNET_ROOT:$PATH"
}

find_dotnet() {
    local candidate
    for candidate in "$(command -v dotnet)" "$dotnet_own_folder/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet; do
        candidate=$(readlink -f "${candidate:-/nonexistent}") || continue
        # Not with the terminal as its input, whose modes it would change.
        if [[ -x $candidate ]] && (cd "$root" && "$candidate" --version </dev/null >/dev/null 2>&1); then
            say "$candidate"
            return
        fi
    done
    return 1
}

# The channel's newest SDK, and not the one that global.json names, which is the oldest that will do.
dotnet_channel() {
    sed -nE 's/.*"version": *"([0-9]+\.[0-9]+)\..*/\1/p' "$root/global.json"
}

install_dotnet() {
    local channel script problem
    channel=$(dotnet_channel)
    script=$(mktemp)
    require_free_space "$HOME" 1000
    say "Installing the .NET SDK $channel into $dotnet_own_folder with Microsoft's script $dotnet_install_script"
    if ! problem=$(curl --proto '=https' --fail --silent --show-error --location --output "$script" "$dotnet_install_script" 2>&1); then
        fail "cannot download $dotnet_install_script (${problem#curl: }): check the network, or install the .NET SDK $channel in another way, and start again"
    fi
    logged dotnet-install bash "$script" --channel "$channel" --install-dir "$dotnet_own_folder" --no-path
    rm -f "$script"
}
