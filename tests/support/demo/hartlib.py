"""Writing Habitat packages as hab-plan-build does: keys, signatures, metafiles, archives.

Independent of the C library on purpose: what one writes the other must read.
"""
import base64
import hashlib
import io
import os
import re
import stat
import subprocess
import tarfile
import tempfile

REVISION = "20260101000000"
RELEASE = "20260101000000"
MTIME = 1767225600  # the release stamp as seconds
TARGET = "x86_64-linux"
PKCS8_ED25519 = bytes.fromhex("302e020100300506032b657004220420")


def run(*command, data=None):
    return subprocess.run(command, input=data, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


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
        self.secret_path = os.path.join(directory, self.name + ".sig.key")
        self.public_path = os.path.join(directory, self.name + ".pub")
        os.makedirs(directory, exist_ok=True)
        if os.path.exists(self.secret_path) and os.path.exists(self.public_path):
            with open(self.secret_path, encoding="ascii") as file:
                secret = base64.b64decode(file.read().split("\n")[3])
            self.seed, self.public = secret[:32], secret[32:]
            return
        self.seed = os.urandom(32)
        with self.pem() as pem:
            der = run("openssl", "pkey", "-in", pem.name, "-pubout", "-outform", "DER")
        self.public = der[-32:]
        self.write(self.secret_path, "SIG-SEC-1", self.seed + self.public, 0o400)
        self.write(self.public_path, "SIG-PUB-1", self.public, 0o444)

    def write(self, path, tag, raw, mode):
        text = f"{tag}\n{self.name}\n\n{base64.b64encode(raw).decode()}"
        write_atomically(path, text.encode(), mode)

    def pem(self):
        body = base64.b64encode(PKCS8_ED25519 + self.seed).decode()
        file = tempfile.NamedTemporaryFile("w", suffix=".pem")
        file.write(f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
        file.flush()
        return file

    def sign(self, message):
        with self.pem() as pem, tempfile.NamedTemporaryFile() as text:
            text.write(message)
            text.flush()
            return run("openssl", "pkeyutl", "-sign", "-inkey", pem.name, "-rawin", "-in", text.name)

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
            "BUILD_TDEPS": "\n".join(facts.get("build_deps", [])),
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
        facts = self.facts
        deps = "\n".join(f"* `{p.ident}`" for p in self.deps) or "None"
        return (f"# {self.origin} / {self.name}\n\n{facts.get('description', 'A demo package')}\n\n"
                f"* __Maintainer__: {facts.get('maintainer', 'The hab-deploy authors')}\n"
                f"* __Version__: {self.version}\n* __Release__: {RELEASE}\n* __Architecture__: x86_64\n"
                f"* __System__: linux\n* __Target__: {TARGET}\n"
                f"* __Upstream URL__: [{facts.get('url', 'None')}]({facts.get('url', 'None')})\n"
                f"* __License__: {facts.get('license', 'Apache-2.0')} \n"
                f"* __Source__: [Debian]({facts.get('debian', 'none')})\n\n## Deps\n\n{deps}\n\n"
                "## Plan\n\nMade by tests/support/demo/make-demo-packages, not by hab-plan-build.\n")

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

    def write_metafiles(self, key, crlf=False):
        for name, text in self.metafiles().items():
            self.put(name, text.replace("\n", "\r\n") if crlf else text)
        if not any(set(n) & set("\n") for _, _, names in os.walk(self.directory) for n in names):
            self.put("FILES", self.files(key))
        self.put("MANIFEST", self.manifest())

    def file_name(self):
        return f"{self.ident.replace('/', '-')}-{TARGET}.hart"


def normalise(member):
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    member.mtime = MTIME
    return member


def pack(package, key, out, xz_level="-6"):
    """Tar and compress as hab-plan-build does, sign, and put the .hart in place."""
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(out), delete=False) as payload:
        compressor = subprocess.Popen(["xz", "--compress", xz_level, "--threads=2"], stdin=subprocess.PIPE, stdout=payload)
        with tarfile.open(fileobj=compressor.stdin, mode="w|", format=tarfile.GNU_FORMAT,
                          encoding="utf-8", errors="surrogateescape", bufsize=10240) as tar:
            add_tree(tar, package.directory, package.prefix.lstrip("/"))
        compressor.stdin.close()
        if compressor.wait() != 0:
            raise RuntimeError("xz failed")
    header = key.header(blake2b_file(payload.name))
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(out), delete=False) as hart:
        hart.write(header)
        with open(payload.name, "rb") as file:
            while chunk := file.read(1 << 20):
                hart.write(chunk)
    os.unlink(payload.name)
    os.chmod(hart.name, 0o644)
    os.replace(hart.name, out)


def add_tree(tar, directory, name):
    tar.add(directory, name, recursive=False, filter=normalise)
    for entry in sorted(os.listdir(directory)):
        path = os.path.join(directory, entry)
        if os.path.isdir(path) and not os.path.islink(path):
            add_tree(tar, path, f"{name}/{entry}")
        else:
            tar.add(path, f"{name}/{entry}", recursive=False, filter=normalise)


def upstream_version(debian_version):
    """5:7.0.15-1~deb12u10 becomes 7.0.15."""
    version = debian_version.split(":", 1)[-1].rsplit("-", 1)[0]
    return re.split(r"[+~]", version)[0] or version


def member(name, kind=tarfile.REGTYPE, data=b"", mode=0o644, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.linkname, info.mtime = kind, mode, link, MTIME
    info.uname = info.gname = "root"
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    return info, io.BytesIO(data)
