"""Packages that lie: signed by a key that is trusted, with contents that must be refused."""
import argparse
import io
import lzma
import os
import subprocess
import tarfile
import tempfile
import zlib

from hartlib import RELEASE, TARGET, Key, blake2b, blake2b_file, member, write_atomically

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
LARGE = ("bomb", "many-entries")
KINDS = sorted(list(EXTRA) + list(WHOLE) + list(LARGE))
MANY = 300000
BOMB_BLOCK, BOMB_BLOCKS = 64 << 20, 320


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


def many_entries(key, out):
    """Too many to hold: written through xz."""
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(out)) as compressed:
        with subprocess.Popen(["xz", "-0", "--threads=2"], stdin=subprocess.PIPE, stdout=compressed) as xz:
            with tarfile.open(fileobj=xz.stdin, mode="w|", format=tarfile.GNU_FORMAT) as tar:
                for info, data in honest() + [member(f"{PREFIX}/many-{number:06d}") for number in range(MANY)]:
                    tar.addfile(info, data)
        if xz.returncode != 0:
            raise RuntimeError("xz failed")
        with open(compressed.name, "rb") as file:
            return key.header(blake2b_file(compressed.name)) + file.read()


def number(value):
    """An integer as .xz writes it: seven bits a byte, least first."""
    out = b""
    while value >= 0x80:
        out, value = out + bytes([value & 0x7f | 0x80]), value >> 7
    return out + bytes([value])


def block_of(data):
    """One .xz block of the data, and its line in the index."""
    stream = lzma.compress(data, check=lzma.CHECK_CRC64)
    index_size = (int.from_bytes(stream[-8:-4], "little") + 1) * 4
    record = stream[-12 - index_size:][2:]
    unpadded, at = 0, 0
    while True:  # the index's first number: the block's size without its padding
        unpadded |= (record[at] & 0x7f) << (7 * at)
        if record[at] < 0x80:
            break
        at += 1
    return stream[12:-12 - index_size], number(unpadded) + number(len(data))


def bomb(key):
    """20 GiB of zeros in one valid .xz stream: the same block of zeros again and again, compressed once."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for info, data in honest():
            tar.addfile(info, data)
        head = tar.offset
    info, _ = member(PREFIX + "/zeros")
    info.size = BOMB_BLOCKS * BOMB_BLOCK
    first = block_of(buffer.getvalue()[:head] + info.tobuf(tarfile.GNU_FORMAT))
    blocks = [first] + [block_of(bytes(BOMB_BLOCK))] * BOMB_BLOCKS + [block_of(bytes(20 * 512))]
    index = b"\0" + number(len(blocks)) + b"".join(line for _, line in blocks)
    index += bytes(-len(index) % 4)
    index += zlib.crc32(index).to_bytes(4, "little")
    flags = b"\0\x04"
    tail = (len(index) // 4 - 1).to_bytes(4, "little") + flags
    start = b"\xfd7zXZ\0" + flags + zlib.crc32(flags).to_bytes(4, "little")
    payload = start + b"".join(block for block, _ in blocks) + index + zlib.crc32(tail).to_bytes(4, "little") + tail + b"YZ"
    return key.header(blake2b(payload)) + payload


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
    out = os.path.abspath(options.out)
    key = Key(options.keys, "acme")
    if options.kind == "bomb":
        data = bomb(key)
    elif options.kind == "many-entries":
        data = many_entries(key, out)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            data = small(options.kind, key, Key(scratch, "other"))
    write_atomically(out, data, 0o644)
    return 0
