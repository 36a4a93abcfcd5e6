"""Packages of odd shape, all honest: what real packages may contain and seldom do."""
import os
import random


DEEP = 60
HUGE_MIB = 300


def make(maker):
    library(maker)
    chain(maker)
    links(maker)
    names(maker)
    modes(maker)
    empty(maker)
    texts(maker)
    huge(maker)


def library(maker):
    package = maker.new("odd", "library", "0.1", description="No run hook, no programs")
    package.put("lib/libodd.so", b"\x7fELF no more")
    package.put("include/odd.h", "#define ODD 1\n")


def chain(maker):
    below = None
    for number in range(1, DEEP + 1):
        package = maker.new("odd", f"deep-{number:02d}", "1.0", description=f"Link {number} of a chain")
        package.put("share/number", f"{number}\n")
        if below is not None:
            package.depend(below)
        below = package


def links(maker):
    package = maker.new("odd", "links", "1.0", description="Hard and symbolic links of every kind")
    package.put("bin/program", "#!/bin/sh\necho program\n", 0o755)
    os.link(package.path("bin/program"), package.path("bin/same-program"))
    os.link(package.path("bin/program"), package.path("zz/again"))
    os.symlink("program", package.path("bin/relative"))
    os.symlink("/hab/pkgs/core/nothing/1/20260101000000/bin/x", package.path("bin/absolute"))
    os.symlink("../../nowhere", package.path("bin/dangling"))
    os.symlink("bin", package.path("sbin"))


def names(maker):
    package = maker.new("odd", "Names_X", "1.0+b1~c_d", description="Names that hurt")
    long_part = "long-" * 24
    package.put("share/" + "/".join([long_part] * 3), "deep\n")
    package.put("share/" + "x" * 200, "long\n")
    for name in ("with space", "new\nline", "quote'\"", "back\\slash", "-leading", "tab\there", "ünïcödé-名前", "{{braces}}", "*?[glob]"):
        package.put("share/" + name, name + "\n")
    with open(os.fsencode(package.path("share/x"))[:-1] + b"latin-\xe9", "wb") as file:
        file.write(b"not UTF-8\n")


def modes(maker):
    package = maker.new("odd", "modes", "1.0", description="Set-id bits, sticky directories and tight modes", user="svc", group="svcgrp")
    package.put("hooks/run", "#!/bin/sh\nexec sleep 1000\n", 0o755)
    for name, mode in {"setuid": 0o4755, "setgid": 0o2755, "private": 0o600, "nothing": 0o000}.items():
        package.put("bin/" + name, name + "\n")
        os.chmod(package.path("bin", name), mode)
    os.makedirs(package.path("sticky") + "/in")
    os.chmod(package.path("sticky"), 0o1777)


def empty(maker):
    package = maker.new("odd", "empty", "0", description="Nothing but empty things")
    os.makedirs(package.path("empty") + "/in/empty")
    package.put("file", b"")


def texts(maker):
    package = maker.new("odd", "crlf", "2.0", crlf=True, description="Metafiles as Windows writes them", exposes=[80, 443],
                        exports={"http": "http.port"}, environment={"JAVA_HOME": "C:\\java = x"})
    package.put("default.toml", "[http]\r\nport = 80\r\n")


def huge(maker):
    """Half noise, half repetition, so that both the size and the compressor's work are real."""
    package = maker.new("odd", "huge", "1.0", description=f"{HUGE_MIB} MiB", xz="-1")
    source = random.Random(20260101)
    block = source.randbytes(1 << 20)
    for part in range(4):
        with open(package.path(f"data/noise-{part}"), "wb") as file:
            for _ in range(HUGE_MIB // 8):
                file.write(source.randbytes(1 << 20))
        with open(package.path(f"data/repeated-{part}"), "wb") as file:
            for number in range(HUGE_MIB // 8):
                file.write(block[number:] + block[:number])
