"""Packages that lie: signed by a key that is trusted, with contents that must be refused."""
import argparse
import io
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

from hartlib import Key, TARGET, RELEASE, blake2b, blake2b_file, member

IDENT = f"acme/liar/1.0.0/{RELEASE}"
PREFIX = f"hab/pkgs/{IDENT}"


def honest(ident=IDENT, prefix=PREFIX):
    """The members every one of them begins with."""
    texts = {"IDENT": ident, "TARGET": TARGET, "SVC_USER": "hab", "SVC_GROUP": "hab", "hooks/run": "#!/bin/sh\nexec sleep 1000"}
    members = [member(prefix, tarfile.DIRTYPE, mode=0o755), member(prefix + "/hooks", tarfile.DIRTYPE, mode=0o755)]
    return members + [member(f"{prefix}/{n}", data=(t + "\n").encode()) for n, t in texts.items()]


EXTRA = {
    "traversal": [member(PREFIX + "/../../../../../../etc/evil", data=b"x")],
    "absolute": [member("/etc/evil", data=b"x")],
    "outside": [member("hab/pkgs/acme/other/1.0.0/20260101000000/x", data=b"x")],
    "device": [member(PREFIX + "/null", tarfile.CHRTYPE)],
    "fifo": [member(PREFIX + "/pipe", tarfile.FIFOTYPE)],
    "hardlink-escape": [member(PREFIX + "/shadow", tarfile.LNKTYPE, link="../../../../../../etc/shadow")],
    "hardlink-abs": [member(PREFIX + "/shadow", tarfile.LNKTYPE, link="/etc/shadow")],
    "symlink-parent": [member(PREFIX + "/etc", tarfile.SYMTYPE, link="/etc"), member(PREFIX + "/etc/evil", data=b"x")],
    "duplicate": [member(PREFIX + "/x", data=b"1"), member(PREFIX + "/x", data=b"2")],
    "wh-name": [member(PREFIX + "/.wh.bin", data=b"")],
    "two-roots": honest(IDENT, PREFIX.replace("liar", "twin")),
    "swapped-payload": [], "truncated": [], "wrong-key": [], "trailing-garbage": [], "concatenated-xz": [], "long-header": [],
}
WHOLE = {
    "no-ident": lambda: [m for m in honest() if not m[0].name.endswith("/IDENT")],
    "wrong-ident": lambda: honest(ident=f"acme/other/1.0.0/{RELEASE}"),
}
STREAMED = ("bomb", "many-entries")
KINDS = sorted(list(EXTRA) + list(WHOLE) + list(STREAMED))


def payload_of(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for info, data in members:
            tar.addfile(info, data)
    return lzma.compress(buffer.getvalue(), check=lzma.CHECK_CRC64)


def small(kind, key, other):
    """The bytes of a forgery that fits in memory."""
    payload = payload_of(WHOLE[kind]() if kind in WHOLE else honest() + EXTRA[kind])
    if kind == "trailing-garbage":
        payload += b"something nobody decodes"
    if kind == "concatenated-xz":
        payload += payload
    if kind == "truncated":
        payload = payload[:len(payload) * 2 // 3]
    header = key.header(blake2b(payload))
    if kind == "swapped-payload":
        payload = payload_of(honest() + [member(PREFIX + "/swapped", data=b"x")])
    if kind == "wrong-key":
        header = other.header(blake2b(payload), name=key.name)
    if kind == "long-header":
        header = b"HART-1" + b" " * 5000 + header[6:]
    return header + payload


def streamed(kind, key, out):
    """Too large to hold: written through xz."""
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(os.path.abspath(out))) as compressed:
        xz = subprocess.Popen(["xz", "-0", "--threads=2"], stdin=subprocess.PIPE, stdout=compressed)
        with tarfile.open(fileobj=xz.stdin, mode="w|", format=tarfile.GNU_FORMAT) as tar:
            for info, data in honest():
                tar.addfile(info, data)
            if kind == "many-entries":
                for number in range(300000):
                    tar.addfile(*member(f"{PREFIX}/many-{number:06d}"))
            else:
                info, _ = member(PREFIX + "/zeros")
                info.size = 20 << 30
                tar.addfile(info, Zeros(info.size))
        xz.stdin.close()
        if xz.wait() != 0:
            raise RuntimeError("xz failed")
        with open(out, "wb") as file, open(compressed.name, "rb") as data:
            file.write(key.header(blake2b_file(compressed.name)))
            shutil.copyfileobj(data, file)


class Zeros:
    """A file of zeros."""

    def __init__(self, size):
        self.left = size

    def read(self, size):
        size = min(size, self.left)
        self.left -= size
        return bytes(size)


def main(arguments):
    parser = argparse.ArgumentParser(prog="make-demo-packages forge")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--keys")
    parser.add_argument("--out")
    parser.add_argument("--kind", choices=KINDS)
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(KINDS))
        return 0
    if not (options.keys and options.out and options.kind):
        parser.error("--keys, --out and --kind are needed")
    key = Key(options.keys, "acme")
    if options.kind in STREAMED:
        streamed(options.kind, key, options.out)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        data = small(options.kind, key, Key(scratch, "other"))
    with open(options.out, "wb") as file:
        file.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
