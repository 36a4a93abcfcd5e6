#!/usr/bin/env bash
# Images: accepted by skopeo and umoci, the same bytes again and again, laid out as Habitat expects.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

check "export oci" demo export oci acme/redis -o redis.oci
same "the last line is the result" "$(tail -n 1 out)" redis.oci
digest=$(grep -o 'sha256:[0-9a-f]*' err | head -n 1)
check "export docker" demo export docker acme/redis -o redis.tar
same "both have one digest" "$(grep -o 'sha256:[0-9a-f]*' err | head -n 1)" "$digest"

check "again over the old one" demo export oci acme/redis -o redis.oci -j 1
same "the same with one worker" "$(grep -o 'sha256:[0-9a-f]*' err | head -n 1)" "$digest"
(umask 077 && TZ=Asia/Tokyo LC_ALL=C demo export docker acme/redis -o again.tar >/dev/null 2>&1)
check "the archive is the same file with another umask and time zone" cmp redis.tar again.tar
if [ "$(id -u)" = 0 ]; then
    mkdir nobody && chown nobody nobody
    check "as nobody" as_nobody export docker acme/redis -o nobody/redis.tar
    check "the same file as another user" cmp redis.tar nobody/redis.tar
else
    printf '\n*** SKIPPED: export.sh: the run as another user needs root\n'
fi

check "an earlier SOURCE_DATE_EPOCH" env SOURCE_DATE_EPOCH=1000000000 "$HAB_DEPLOY" export oci acme/redis \
    --artifacts "$HD_DEMO/artifacts" --cache-key-path "$HD_DEMO/keys" -o epoch.oci
python3 - redis.oci epoch.oci >python.out 2>&1 <<'PY'
import gzip, io, json, sys, tarfile, os, hashlib

def blob(layout, digest):
    data = open(os.path.join(layout, "blobs/sha256", digest.split(":")[1]), "rb").read()
    assert hashlib.sha256(data).hexdigest() == digest.split(":")[1], "digest of " + digest
    return data

def load(layout):
    index = json.load(open(os.path.join(layout, "index.json")))
    assert json.load(open(os.path.join(layout, "oci-layout"))) == {"imageLayoutVersion": "1.0.0"}
    manifest = json.loads(blob(layout, index["manifests"][0]["digest"]))
    config = json.loads(blob(layout, manifest["config"]["digest"]))
    return index, manifest, config

index, manifest, config = load(sys.argv[1])
assert {m["annotations"]["org.opencontainers.image.ref.name"] for m in index["manifests"]} >= {"latest"}
assert config["config"]["Entrypoint"] == ["/init.sh"] and config["config"]["Cmd"] == ["run", "acme/redis"], config["config"]
assert set(config["config"]["ExposedPorts"]) == {"6379/tcp", "9631/tcp"}
assert len(config["rootfs"]["diff_ids"]) == len(manifest["layers"]) == len(config["history"])
names, owners = {}, set()
for layer, diff_id in zip(manifest["layers"], config["rootfs"]["diff_ids"]):
    data = gzip.decompress(blob(sys.argv[1], layer["digest"]))
    assert layer["size"] == os.path.getsize(os.path.join(sys.argv[1], "blobs/sha256", layer["digest"].split(":")[1]))
    assert "sha256:" + hashlib.sha256(data).hexdigest() == diff_id
    seen = set()
    for member in tarfile.open(fileobj=io.BytesIO(data)):
        assert member.name not in seen, "twice: " + member.name
        parent = os.path.dirname(member.name)
        assert parent == "" or parent in seen, "no parent of " + member.name
        seen.add(member.name)
        owners.add((member.uid, member.gid, member.uname, member.gname))
        names[member.name] = member
        if member.isdir() and (member.name + "/").startswith("hab/"):
            assert (member.mode >> 3 & 7) == (member.mode >> 6 & 7), "group bits of " + member.name
assert owners == {(0, 0, "", "")}, owners
for wanted, mode in {"init.sh": 0o755, "root": 0o750, "tmp": 0o1777, "var/tmp": 0o1777, ".hab/cache/keys": 0o770,
                     "etc/passwd": 0o644, "hab/svc": 0o775, "hab/sup": 0o775}.items():
    assert names[wanted].mode == mode, (wanted, oct(names[wanted].mode))
assert names["bin/sh"].issym() and names["bin/redis-server"].issym() and names["bin/hab"].issym()
assert names["bin/redis-server"].linkname.startswith("/hab/pkgs/acme/redis/")
assert not any(n.endswith((".hart", ".sig.key", ".pub")) for n in names)
assert "etc/resolv.conf" not in names
_, _, early = load(sys.argv[2])
assert early["created"] == "2001-09-09T01:46:40Z", early["created"]
print("image is as it must be:", len(names), "entries in", len(manifest["layers"]), "layers")
PY
same "the layout read by itself" "$(tail -n 1 python.out | cut -d: -f1)" "image is as it must be"
[ "$(tail -n 1 python.out | cut -d: -f1)" = "image is as it must be" ] || cat python.out

check "several packages in one image" demo export oci acme/hello acme/redis -o two.oci
refuses 3 'service|run' demo export oci core/zlib -o library.oci
refuses 2 'name a package' demo export oci

if command -v skopeo >/dev/null; then
    check "skopeo inspect" skopeo inspect oci:redis.oci:latest
    says "$digest" out
    check "skopeo copies the layout" skopeo copy -q oci:redis.oci:latest dir:copied
    check "skopeo reads the archive as docker's" skopeo inspect docker-archive:redis.tar
    check "skopeo reads the archive as OCI's" skopeo inspect oci-archive:redis.tar:latest
    says "$digest" out
else
    printf '\n*** SKIPPED: export.sh: skopeo is not installed\n'
fi
if command -v umoci >/dev/null && [ "$(id -u)" = 0 ]; then
    check "umoci unpack" umoci unpack --image redis.oci:latest bundle
    check "umoci found the program" test -x bundle/rootfs/bin/../init.sh
    check "the service user is there" grep -q '^hab:x:42:42:' bundle/rootfs/etc/passwd
else
    printf '\n*** SKIPPED: export.sh: umoci is not installed or this is not root\n'
fi
