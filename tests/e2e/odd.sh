#!/usr/bin/env bash
# Packages of odd shape: what is in the image is what was in the package, entry by entry.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

for hart in "$HD_DEMO"/artifacts/odd-*.hart; do
    name=$(basename "$hart")
    case $name in odd-huge-* | odd-deep-[0-5]*) continue ;; esac
    check "inspect $name" demo inspect "$hart"
    check "inspect $name --json" demo inspect "$hart" --json
    # The image needs something that runs; the odd package comes with it.
    check "export $name" demo export oci acme/hello "$hart" -o image.oci
    check "$name is whole in the image" python3 - "$hart" image.oci <<'PY'
import gzip, io, json, lzma, os, re, sys, tarfile

hart, layout = sys.argv[1:]
data = open(hart, "rb").read()
payload = tarfile.open(fileobj=io.BytesIO(lzma.decompress(data[data.index(b"\n\n") + 2:])), encoding="utf-8", errors="surrogateescape")

def describe(member, tar):
    mode = member.mode
    if member.isdir():
        mode = mode & ~0o70 | (mode >> 3 & 0o70)
    kind = "link" if member.islnk() else "symlink" if member.issym() else "dir" if member.isdir() else "file"
    content = tar.extractfile(member).read() if member.isfile() and not member.islnk() else None
    return kind, None if kind == "symlink" else oct(mode), member.linkname, content

def prefix_of(names):
    return next(m.group(0) for m in (re.match(r"hab/pkgs/[^/]+/[^/]+/[^/]+/[^/]+", n) for n in names) if m)

inside = {m.name.rstrip("/"): describe(m, payload) for m in payload}
prefix = prefix_of(inside)
inside = {n: d for n, d in inside.items() if n == prefix or n.startswith(prefix + "/")}
index = json.load(open(layout + "/index.json"))
blob = lambda digest: open(os.path.join(layout, "blobs/sha256", digest.split(":")[1]), "rb").read()
manifest = json.loads(blob(index["manifests"][0]["digest"]))
outside = {}
for layer in manifest["layers"]:
    tar = tarfile.open(fileobj=io.BytesIO(gzip.decompress(blob(layer["digest"]))), encoding="utf-8", errors="surrogateescape")
    for member in tar:
        if member.name == prefix or member.name.startswith(prefix + "/"):
            outside[member.name] = describe(member, tar)
missing = set(inside) - set(outside)
extra = {n for n in set(outside) - set(inside) if outside[n][0] != "dir"}
assert not missing and not extra, (missing, extra)
for name, wanted in inside.items():
    assert outside[name] == wanted, (name, outside[name][:3], wanted[:3])
PY
done
check "a chain of 60" demo export oci acme/hello odd/deep-60 -o deep.oci
same "all 60 are there" "$(python3 -c '
import json
index = json.load(open("deep.oci/index.json"))
manifest = json.load(open("deep.oci/blobs/sha256/" + index["manifests"][0]["digest"][7:]))
config = json.load(open("deep.oci/blobs/sha256/" + manifest["config"]["digest"][7:]))
print(sum("odd/deep-" in h["created_by"] for h in config["history"]))')" 60
