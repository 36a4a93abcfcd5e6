# What every end-to-end script shares; sourced. Needs HAB_DEPLOY (the program) and HD_DEMO (made demo packages).
# shellcheck shell=bash disable=SC2034

set -u
: "${HAB_DEPLOY:?the program under test}"
: "${HD_DEMO:?the directory with demo packages}"
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/hd-e2e-XXXXXX")
chmod 755 "$work"
passed=0
failed=0
cleanups=()

finish() {
    local status=$?
    trap - EXIT
    local i
    for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do
        eval "${cleanups[$i]}"
    done
    rm -rf "$work"
    [ $status -ne 77 ] || exit 77
    [ $status -eq 0 ] || failed=$((failed + 1))
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ] && [ $passed -gt 0 ] && exit 0
    exit 1
}
trap finish EXIT
cd "$work" || exit 1

# at_end COMMAND: runs when the script ends, last one first.
at_end() {
    cleanups+=("$1")
}

# skip REASON: leaves the whole script; ctest and ./check show it.
skip() {
    printf '\n*** SKIPPED: %s: %s\n' "$(basename "$0")" "$1"
    exit 77
}

need() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || skip "$program is not installed"
    done
}

need_root() {
    [ "$(id -u)" = 0 ] || skip "needs root"
}

ok() {
    passed=$((passed + 1))
    echo "ok: $1"
}

not_ok() {
    failed=$((failed + 1))
    echo "FAIL: $1"
    [ ! -s out ] || sed 's/^/    out: /' out | head -n 20
    [ ! -s err ] || sed 's/^/    err: /' err | head -n 20
}

# check NAME COMMAND...: the command succeeds; stdout and stderr are in ./out and ./err.
check() {
    local name=$1
    shift
    if "$@" >out 2>err; then ok "$name"; else not_ok "$name (status $?)"; fi
}

# refuses STATUS PATTERN COMMAND...: fails with that status, one line on stderr that matches, nothing on stdout.
refuses() {
    local wanted=$1 pattern=$2 status=0
    shift 2
    "$@" >out 2>err || status=$?
    if ! [[ $status =~ ^$wanted$ ]]; then
        not_ok "$* exits $status, not $wanted"
    elif ! grep -Eq -- "$pattern" err; then
        not_ok "$* does not say \"$pattern\""
    elif [ -s out ]; then
        not_ok "$* fails but prints on stdout"
    else
        ok "refuses: $(tail -n 1 err | cut -c 1-150)"
    fi
}

# says PATTERN FILE
says() {
    if grep -Eq -- "$1" "$2"; then ok "$2 says $1"; else not_ok "$2 does not say $1"; fi
}

same() {
    if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1: \"$2\" is not \"$3\""; fi
}

# demo COMMAND...: the program with the demo packages.
demo() {
    "$HAB_DEPLOY" "$@" --artifacts "$HD_DEMO/artifacts" --cache-key-path "$HD_DEMO/keys"
}

# as_nobody COMMAND-ARGUMENTS...: the program as another user, who may read copies of what it needs, wherever the source tree is.
as_nobody() {
    if [ ! -d "$work/public" ]; then
        mkdir -m 755 "$work/public"
        cp -r "$HD_DEMO/artifacts" "$work/public/artifacts"
        mkdir "$work/public/keys" && cp "$HD_DEMO"/keys/*.pub "$work/public/keys"
        cp "$HAB_DEPLOY" "$work/public/program"
        chmod -R a+rX "$work/public"
    fi
    HOME=/nonexistent setpriv --reuid=65534 --regid=65534 --clear-groups "$work/public/program" "$@" \
        --artifacts "$work/public/artifacts" --cache-key-path "$work/public/keys"
}

# http URL PATTERN: asks for at most 30 seconds until the answer matches.
http() {
    local try
    for try in $(seq 1 60); do
        if python3 - "$1" <<'PY' 2>/dev/null | grep -Eq -- "$2"; then return 0; fi
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=2).read().decode(errors="replace"))
PY
        sleep 0.5
    done
    echo "$1 did not answer with $2 (tried $try times)" >&2
    return 1
}

# redis_answers PORT
redis_answers() {
    python3 - "$1" <<'PY'
import socket, sys, time
for _ in range(60):
    try:
        with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=2) as peer:
            peer.sendall(b"PING\r\n")
            if peer.recv(16).startswith(b"+PONG"):
                sys.exit(0)
    except OSError:
        pass
    time.sleep(0.5)
sys.exit("redis did not answer PING")
PY
}
