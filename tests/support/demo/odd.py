"""Packages of odd shape, all honest: what real packages may contain and seldom do."""
import os
import random

from hartlib import RELEASE

DEEP = 60
HUGE_MIB = 300


def make(maker):
    for recipe in (library, chain, links, names, modes, empty, minimal, texts, many_ports, huge):
        recipe(maker)


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
    other = maker.made["odd/library"]
    package.depend(other)
    package.put("bin/program", "#!/bin/sh\necho program\n", 0o755)
    os.link(package.path("bin/program"), package.path("bin/same-program"))
    os.link(package.path("bin/program"), package.path("zz/again"))
    for name, target in {
        "bin/relative": "program",
        "bin/absolute": f"/hab/pkgs/core/nothing/1/{RELEASE}/bin/x",
        "bin/dangling": "../../nowhere",
        "sbin": "bin",
        "include/odd.h": f"{other.prefix}/include/odd.h",
        "include/all": f"{other.prefix}/include",
        "share/up": "../../../../library",
        "share/self": "self",
        "share/" + "long-link-" * 12: "../" + "long-target-" * 12,
    }.items():
        os.symlink(target, package.path(name))


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
    for name in ("setuid", "setgid", "private", "nothing"):
        package.put("bin/" + name, name + "\n")
    os.makedirs(package.path("sticky") + "/in")
    package.modes = {"bin/setuid": 0o4755, "bin/setgid": 0o2755, "bin/private": 0o600, "bin/nothing": 0, "sticky": 0o1777,
                     "sticky/in": 0o2770}


def empty(maker):
    package = maker.new("odd", "empty", "0", description="Nothing but empty things")
    os.makedirs(package.path("empty") + "/in/empty")
    package.put("file", b"")


def minimal(maker):
    """IDENT and TARGET are all that Habitat insists on."""
    package = maker.new("odd", "minimal", "1", minimal=True)
    package.put("file", "file\n")


def texts(maker):
    package = maker.new("odd", "crlf", "2.0", crlf=True, description="Metafiles as Windows writes them", exposes=[80, 443],
                        exports={"http": "http.port"}, environment={"JAVA_HOME": "C:\\java = x"})
    package.put("default.toml", "[http]\r\nport = 80\r\n")


def many_ports(maker):
    """A service with every metafile that is about running, and environment that needs quoting."""
    package = maker.new(
        "odd", "full_service", "2016i", description="Everything a service can say of itself", user="svc", group="svcgrp",
        exposes=[1, 80, 8080, 65535], exports={"port": "port", "ssl-port": "ssl.port", "host": "host"},
        binds={"database": "port host", "queue": "port"}, binds_optional={"cache": "port", "router": "port ssl-port"},
        environment={"QUOTES": "a 'b' \"c\" $d `e` \\f", "EMPTY": "", "EQUALS": "a=b=c", "BRACES": "{{x}} ${y} $(z)"},
        shutdown_signal="USR1", shutdown_timeout=45)
    package.put("hooks/run", "#!/bin/sh\ntrap 'exit 0' USR1\nwhile :; do sleep 1; done\n", 0o755)
    package.put("default.toml", 'port = 80\nhost = "localhost"\n\n[ssl]\nport = 8080\n')


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
