"""Writing Habitat packages as hab-plan-build does: keys, signatures, metafiles, archives.

Independent of the C library on purpose: what one writes the other must read.
"""
import base64
import hashlib
import io
import os
import re
import shutil
import stat
import subprocess
import tarfile
import tempfile

REVISION = "20260101000000"
RELEASE = "20260101000000"
MTIME = 1767225600  # the release stamp as seconds
TARGET = "x86_64-linux"
PKCS8_ED25519 = bytes.fromhex("302e020100300506032b657004220420")


def run(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def write_atomically(path, data, mode):
    directory = os.path.dirname(path) or "."
    with tempfile.NamedTemporaryFile(dir=directory, delete=False) as file:
        file.write(data)
    os.chmod(file.name, mode)
    os.replace(file.name, path)


class Key:
    """An origin's key pair; made once, then read again."""

    def __init__(self, directory, origin):
        self.name = f"{origin}-{REVISION}"
        secret_path = os.path.join(directory, self.name + ".sig.key")
        public_path = os.path.join(directory, self.name + ".pub")
        os.makedirs(directory, exist_ok=True)
        if os.path.exists(secret_path):
            with open(secret_path, encoding="ascii") as file:
                secret = base64.b64decode(file.read().split("\n")[3])
            self.seed, self.public = secret[:32], secret[32:]
        elif os.path.exists(public_path):
            raise RuntimeError(f"{public_path} is there but its secret half is not")
        else:
            self.seed = os.urandom(32)
            self.public = self.with_seed("pkey", "-inform", "DER", "-pubout", "-outform", "DER", "-in")[-32:]
            self.write(secret_path, "SIG-SEC-1", self.seed + self.public, 0o400)
        if not os.path.exists(public_path):
            self.write(public_path, "SIG-PUB-1", self.public, 0o444)

    def write(self, path, tag, raw, mode):
        text = f"{tag}\n{self.name}\n\n{base64.b64encode(raw).decode()}"
        write_atomically(path, text.encode(), mode)

    def with_seed(self, *arguments):
        """openssl with the secret key's file as the last argument."""
        with tempfile.NamedTemporaryFile(suffix=".der") as der:
            der.write(PKCS8_ED25519 + self.seed)
            der.flush()
            return run("openssl", *arguments, der.name)

    def sign(self, message):
        with tempfile.NamedTemporaryFile() as text:
            text.write(message)
            text.flush()
            return self.with_seed("pkeyutl", "-sign", "-rawin", "-in", text.name, "-keyform", "DER", "-inkey")

    def header(self, digest, name=None):
        """The five lines in front of a payload with that BLAKE2b digest (hex)."""
        message = digest.encode()
        field = base64.b64encode(self.sign(message) + message).decode()
        return f"HART-1\n{name or self.name}\nBLAKE2b\n{field}\n\n".encode()


def blake2b(data):
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def blake2b_file(path):
    digest = hashlib.blake2b(digest_size=32)
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


class Package:
    """A package being made: a directory that becomes its prefix, and what its metafiles will say."""

    def __init__(self, origin, name, version, root, **facts):
        self.origin, self.name, self.version = origin, name, version
        self.ident = f"{origin}/{name}/{version}/{RELEASE}"
        self.prefix = f"/hab/pkgs/{self.ident}"
        self.directory = os.path.join(root, self.prefix.lstrip("/"))
        self.facts = facts
        self.modes = {}  # relative path to mode, for what this machine's user could not read or set
        self.deps = []
        self.runtime_deps = []
        os.makedirs(self.directory, exist_ok=True)

    def path(self, *parts):
        path = os.path.join(self.directory, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def put(self, name, content, mode=0o644):
        data = content.encode() if isinstance(content, str) else content
        with open(self.path(name), "wb") as file:
            file.write(data)
        os.chmod(self.path(name), mode)

    def depend(self, *packages):
        """Direct dependencies; the transitive ones follow, dependants before what they need."""
        self.deps = list(packages)
        order = []

        def visit(package):
            if package in order:
                return
            for dep in package.deps:
                visit(dep)
            order.append(package)

        for package in packages:
            visit(package)
        self.runtime_deps = order[::-1]

    def bin_dirs(self):
        return [f"{self.prefix}/bin"] if os.path.isdir(os.path.join(self.directory, "bin")) else []

    def metafiles(self):
        """Every metafile hab-plan-build writes, without those that would be empty."""
        facts = self.facts
        runnable = os.path.exists(os.path.join(self.directory, "hooks", "run"))
        path = self.bin_dirs()
        runtime_path = list(dict.fromkeys(path + [d for p in self.deps + self.runtime_deps for d in p.bin_dirs()]))
        lib_dirs = [f"{p.prefix}/lib" for p in [self] + self.runtime_deps
                    if os.path.isdir(os.path.join(p.directory, "lib"))]
        environment = dict(facts.get("environment", {}))
        if runtime_path:
            environment = {"PATH": ":".join(runtime_path), **environment}
        texts = {
            "IDENT": self.ident,
            "TARGET": TARGET,
            "DEPS": "\n".join(p.ident for p in self.deps),
            "TDEPS": "\n".join(p.ident for p in self.runtime_deps),
            "BUILD_DEPS": "\n".join(facts.get("build_deps", [])),
            "BUILD_TDEPS": "\n".join(facts.get("build_tdeps", facts.get("build_deps", []))),
            "PATH": ":".join(path),
            "RUNTIME_PATH": ":".join(runtime_path),
            "RUNTIME_ENVIRONMENT": "\n".join(f"{k}={v}" for k, v in environment.items()),
            "RUNTIME_ENVIRONMENT_PROVENANCE": "\n".join(f"{k}={self.origin}/{self.name}" for k in environment),
            "LD_RUN_PATH": ":".join(lib_dirs),
            "LDFLAGS": " ".join(f"-L{d}" for d in lib_dirs),
            "EXPORTS": "\n".join(f"{k}={v}" for k, v in facts.get("exports", {}).items()),
            "EXPOSES": " ".join(str(port) for port in facts.get("exposes", [])),
            "BINDS": "\n".join(f"{k}={v}" for k, v in facts.get("binds", {}).items()),
            "BINDS_OPTIONAL": "\n".join(f"{k}={v}" for k, v in facts.get("binds_optional", {}).items()),
            "SVC_USER": facts.get("user", "hab") if runnable else "",
            "SVC_GROUP": facts.get("group", "hab") if runnable else "",
            "SHUTDOWN_SIGNAL": facts.get("shutdown_signal", ""),
            "SHUTDOWN_TIMEOUT": str(facts.get("shutdown_timeout", "")),
        }
        return {name: text + "\n" for name, text in texts.items() if text}

    def manifest(self):
        facts, url = self.facts, self.facts.get("url", "")
        short = " ".join(f"{p.origin}/{p.name}" for p in self.deps)
        build = " ".join("/".join(i.split("/")[:2]) for i in facts.get("build_deps", []))
        flags = self.metafiles()
        items = {
            "Maintainer": facts.get("maintainer", "The hab-deploy authors"), "Version": self.version, "Release": RELEASE,
            "Architecture": "x86_64", "System": "linux", "Target": TARGET,
            "Upstream URL": f"[{url}]({url})" if url else "upstream project's website or home page is not defined",
            "License": facts.get("license", "Apache-2.0") + " ", "Source": f"Debian's {facts['debian']}" if "debian" in facts else "our own",
            "SHA": "not a download", "Path": f"`{self.prefix}`",
            "Build Dependencies": f"`{build} `" if build else "no build dependencies or undefined",
            "Dependencies": f"`{short} `" if short else "no runtime dependencies or undefined",
            "Interpreters": "no interpreters or undefined",
        }
        listed = "".join(f"* __{name}__: {text}\n" for name, text in items.items())
        flags = "".join(f"{name}: {flags.get(name, '').strip()}\n" for name in ("CFLAGS", "LDFLAGS", "LD_RUN_PATH"))
        plan = (f"pkg_name={self.name}\npkg_origin={self.origin}\npkg_version={self.version}\npkg_deps=({short})\n"
                "# Made by tests/support/demo/make-demo-packages, not by hab-plan-build.\n")
        return (f"# {self.origin} / {self.name}\n\n{facts.get('description', 'A demo package')}\n\n{listed}\n# Plan\n\n"
                f"## Build Flags\n\n```bash\n{flags}```\n\n## Plan Source\n\n```bash\n{plan}```\n")

    def files(self, key):
        lines = []
        for directory, _, names in os.walk(self.directory):
            for name in names:
                path = os.path.join(directory, name)
                relative = os.path.relpath(path, self.directory)
                if stat.S_ISREG(os.lstat(path).st_mode) and relative not in ("FILES", "MANIFEST"):
                    lines.append(f"{blake2b_file(path)}  {self.prefix}/{relative}")
        payload = "".join(line + "\n" for line in sorted(lines)).encode(errors="surrogateescape")
        return key.header(blake2b(payload)) + payload

    def write_metafiles(self, key):
        """All of them; only once every dependency's directory is complete, and before any is removed."""
        if self.facts.get("minimal"):
            self.put("IDENT", self.ident + "\n")
            self.put("TARGET", TARGET + "\n")
            return
        for name, text in self.metafiles().items():
            self.put(name, text.replace("\n", "\r\n") if self.facts.get("crlf") else text)
        if not any("\n" in n for _, _, names in os.walk(self.directory) for n in names):
            self.put("FILES", self.files(key))
        self.put("MANIFEST", self.manifest())

    def file_name(self):
        return f"{self.ident.replace('/', '-')}-{TARGET}.hart"


def pack(package, key, out, scratch):
    """Tar and compress as hab-plan-build does, sign, and put the .hart in place."""
    payload = os.path.join(scratch, package.file_name() + ".payload")
    with open(payload, "wb") as file:
        level = package.facts.get("xz", "-6")
        with subprocess.Popen(["xz", "--compress", level, "--threads=2"], stdin=subprocess.PIPE, stdout=file) as xz:
            with tarfile.open(fileobj=xz.stdin, mode="w|", format=tarfile.GNU_FORMAT,
                              encoding="utf-8", errors="surrogateescape", bufsize=10240) as tar:
                add_tree(tar, package, "")
        if xz.returncode != 0:
            raise RuntimeError("xz failed")
    whole = os.path.join(scratch, package.file_name())
    with open(whole, "wb") as hart, open(payload, "rb") as file:
        hart.write(key.header(blake2b_file(payload)))
        shutil.copyfileobj(file, hart, 1 << 20)
    os.unlink(payload)
    os.chmod(whole, 0o644)
    os.replace(whole, out)


def add_tree(tar, package, relative):
    """A directory and what is in it, in order, owned by root, as old as the release."""
    path = os.path.join(package.directory, relative)
    name = os.path.join(package.prefix.lstrip("/"), relative).rstrip("/")

    def normalise(member):
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime = MTIME
        member.mode = package.modes.get(relative, member.mode)
        return member

    tar.add(path, name, recursive=False, filter=normalise)
    if os.path.isdir(path) and not os.path.islink(path):
        for entry in sorted(os.listdir(path)):
            add_tree(tar, package, os.path.join(relative, entry))


def upstream_version(debian_version):
    """5:7.0.15-1~deb12u10 becomes 7.0.15; 1:1.2.13.dfsg-1 becomes 1.2.13."""
    version = debian_version.split(":", 1)[-1].rsplit("-", 1)[0]
    return re.split(r"[+~]|\.dfsg|\.ds", version)[0] or version


def member(name, kind=tarfile.REGTYPE, data=b"", mode=0o644, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.linkname, info.mtime = kind, mode, link, MTIME
    info.uname = info.gname = "root"
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    return info, io.BytesIO(data)
