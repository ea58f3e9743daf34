#!/usr/bin/env bash
# A Docker Engine for the tests, beside whatever runs on this machine: engine.sh FOLDER. It has a containerd, sockets, a
# network-less configuration and cgroups of its own, and ends with its standard input. FOLDER keeps images, and the base
# image as debian.tar, from one time to the next. Prints the socket's path once, and on standard error why it failed.
set -euo pipefail

folder=$(mkdir -p "$1" && cd "$1" && pwd)
cgroup=codecrafter-engine-$$

fail() {
    printf 'The Docker Engine of the tests: %s\n' "$*" >&2
    exit 1
}

# The engine's data belong to one engine at a time.
exec 9>"$folder/lock"
flock -w 600 9 || fail "another one uses $folder"

# Sockets have short paths.
run=$(mktemp -d /tmp/codecrafter-engine-XXXXXX)
pids=()

# shellcheck disable=SC2317 # Called by the trap.
clean_up() {
    local pid mount
    # The engine before its containerd.
    for pid in "${pids[@]}"; do
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    awk -v a="$run/" -v b="$folder/" 'index($5, a) == 1 || index($5, b) == 1 { print $5 }' /proc/self/mountinfo | sort -r \
        | while read -r mount; do umount "$mount" 2>/dev/null || umount --lazy "$mount" || true; done
    find /sys/fs/cgroup -mindepth 1 -maxdepth 3 -depth -type d -path "*/$cgroup*" -exec rmdir {} + 2>/dev/null || true
    rm -rf "$run"
}
trap clean_up EXIT

# What the Dockerfiles begin with, made of Debian's packages. How this machine reaches those goes into it, since images
# are built from more of them.
make_base_image() {
    command -v mmdebstrap >/dev/null || fail 'mmdebstrap is not installed'
    local settings="$run/90host"
    apt-config dump | grep -E '^Acquire::(http|https|ftp|Check-|Retries|ForceIPv)' >"$settings" || true
    printf 'force-unsafe-io\n' >"$run/unsafe-io"
    mmdebstrap --quiet --variant=apt --format=tar --aptopt='Acquire::Retries "5"' \
        --customize-hook="copy-in $settings /etc/apt/apt.conf.d" \
        --customize-hook="copy-in $run/unsafe-io /etc/dpkg/dpkg.cfg.d" \
        bookworm "$folder/debian.tar.partial" >"$folder/debian.log" 2>&1 \
        || fail "the base image could not be made: $(tail -n 3 "$folder/debian.log")"
    mv "$folder/debian.tar.partial" "$folder/debian.tar"
}

start_containerd() {
    cat >"$run/containerd.toml" <<TOML
version = 2
root = "$folder/containerd"
state = "$run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$run/containerd.sock"
[debug]
  level = "warn"
TOML
    containerd --config "$run/containerd.toml" >"$folder/containerd.log" 2>&1 9>&- </dev/null &
    pids=("$!")
    local i
    for ((i = 0; i < 200; i++)); do
        if [[ -S $run/containerd.sock ]]; then return; fi
        kill -0 "${pids[0]}" 2>/dev/null || break
        sleep 0.1
    done
    fail "containerd did not start: $(tail -n 3 "$folder/containerd.log")"
}

start_dockerd() {
    printf '{}\n' >"$run/daemon.json"
    : >"$folder/dockerd.log"
    dockerd --config-file "$run/daemon.json" --containerd "$run/containerd.sock" \
        --data-root "$folder/data" --exec-root "$run/exec" --pidfile "$run/pid" --host "unix://$run/sock" \
        --bridge=none --iptables=false --ip6tables=false --userland-proxy=false --shutdown-timeout 2 \
        --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$cgroup" >"$folder/dockerd.log" 2>&1 9>&- </dev/null &
    pids=("$!" "${pids[@]}")
    local i
    for ((i = 0; i < 300; i++)); do
        if [[ -S $run/sock ]] && grep -q 'API listen on' "$folder/dockerd.log"; then return; fi
        kill -0 "${pids[0]}" 2>/dev/null || break
        sleep 0.1
    done
    fail "dockerd did not start: $(tail -n 5 "$folder/dockerd.log")"
}

[[ $EUID == 0 ]] || fail 'it needs root'
PATH=$PATH:/usr/sbin:/sbin
command -v dockerd containerd >/dev/null || fail 'docker.io is not installed'
[[ -f $folder/debian.tar ]] || make_base_image
start_containerd
start_dockerd
printf '%s\n' "$run/sock"

# The end of standard input, or of the engine. A background job's standard input is empty unless it is given by name.
cat >/dev/null <&0 &
input=$!
wait -n "$input" "${pids[0]}" || true
kill -0 "$input" 2>/dev/null && { kill "$input"; fail "dockerd ended: $(tail -n 5 "$folder/dockerd.log")"; }
exit 0
