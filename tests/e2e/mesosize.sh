#!/usr/bin/env bash
# pkg-mesosize: tarball and definition under the old flags and file name.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

ln -s "$HAB_DEPLOY" pkg-mesosize
release=$(basename "$(ls "$HD_DEMO"/artifacts/acme-redis-*.hart)" .hart)
release=${release%-x86_64-linux}
check "pkg-mesosize with the old flags" ./pkg-mesosize --cpu=0.25 --mem=300 --disk=900 --instances=2 acme/redis \
    --artifacts "$HD_DEMO/artifacts" --cache-key-path "$HD_DEMO/keys" --artifact-url https://files.example.com/mesos/
cp out app.json
check "the tarball has the old name" test -f "results/$release.tgz"
check "the definition" python3 - app.json "$release" <<'PY'
import json, sys
app = json.load(open(sys.argv[1]))
assert app["id"] == "/acme/redis", app["id"]
assert app["cpus"] == 0.25 and app["mem"] == 300 and app["disk"] == 900 and app["instances"] == 2
assert app["fetch"][0]["uri"] == "https://files.example.com/mesos/%s.tgz" % sys.argv[2], app["fetch"]
assert "uris" not in app
cmd = app["cmd"]
assert cmd.startswith("exec "), cmd
for wrong in ("useradd", "chown", "&>", ";", "mount", " start "):
    assert wrong not in cmd, wrong
assert any(p["name"] == "port" or p["port"] == 6379 for p in app["portDefinitions"]), app["portDefinitions"]
assert all("-" not in p["name"] for p in app["portDefinitions"])
PY
check "tarball" python3 - "results/$release.tgz" <<'PY'
import sys, tarfile
tar = tarfile.open(sys.argv[1])
seen = set()
for member in tar:
    assert member.name == "rootfs" or member.name.startswith("rootfs/"), member.name
    assert member.name not in seen, member.name
    assert member.uid == member.gid == 0 and member.uname == member.gname == ""
    assert member.isfile() or member.isdir() or member.issym() or member.islnk(), member.name
    assert member.name.isascii()
    seen.add(member.name)
for wanted in ("rootfs/init.sh", "rootfs/.hab-deploy/launch", "rootfs/.hab-deploy/perms", "rootfs/bin/hab"):
    assert wanted in seen, wanted
assert "rootfs/etc/resolv.conf" not in seen and "rootfs/etc/hosts" not in seen
assert not any(n.endswith((".hart", ".sig.key")) for n in seen)
assert any("/hab-launcher/" in n for n in seen)
PY
same "defaults of old" "$(./pkg-mesosize acme/redis --artifacts "$HD_DEMO/artifacts" --cache-key-path "$HD_DEMO/keys" 2>err |
    python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["cpus"], a["mem"], a["instances"])')" "0.5 256 1"
same "variables of old" "$(CPU=2 MEM=512 INSTANCES=4 ./pkg-mesosize acme/redis --artifacts "$HD_DEMO/artifacts" --cache-key-path "$HD_DEMO/keys" 2>err |
    python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["cpus"], a["mem"], a["instances"])')" "2 512 4"
cp "results/$release.tgz" first.tgz
check "export mesos" demo export mesos acme/redis -o again.tgz
check "the same bytes" cmp first.tgz again.tgz

# As a Mesos agent would: unpack, then sh -c the command in the sandbox.
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
    mkdir sandbox && tar -C sandbox -xzf "results/$release.tgz" && chmod 750 sandbox
    port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
    before=$(wc -l </proc/self/mounts)
    (cd sandbox && HAB_LICENSE=accept-no-persist PORT_HTTPGW=$port exec sh -c "$(python3 -c 'import json; print(json.load(open("../app.json"))["cmd"])')") >task.out 2>&1 &
    task=$!
    at_end "kill -9 $task 2>/dev/null; wait $task 2>/dev/null"
    check "the task's service answers" redis_answers 6379
    check "the gateway is on the port that Marathon chose" http "http://127.0.0.1:$port/" '.'
    kill -TERM $task
    check "TERM ends it cleanly" wait $task
    same "no mount is left on the host" "$(wc -l </proc/self/mounts)" "$before"
    [ $failed -eq 0 ] || sed 's/^/    task: /' task.out
else
    printf '\n*** SKIPPED: mesosize.sh: running the task needs root and mount namespaces\n'
fi
