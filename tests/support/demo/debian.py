"""Files of Debian packages: from the machine where they are installed, else from the downloaded package, never installed."""
import glob
import os
import re
import shutil
import subprocess

from hartlib import run, upstream_version


ARCHITECTURE = "amd64"


class Debian:
    def __init__(self, directory):
        self.directory = directory
        self.installed = self.read_status()
        self.roots = {}

    @staticmethod
    def read_status():
        """Installed packages of our architecture: name to (version, the name dpkg wants)."""
        text = run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Architecture} ${Package} ${Version}\n").decode()
        rows = (line.split(" ") for line in text.splitlines())
        return {r[2]: (r[3], r[2] if r[1] == "all" else f"{r[2]}:{r[1]}")
                for r in rows if len(r) == 4 and r[0] == "installed" and r[1] in (ARCHITECTURE, "all")}

    def root(self, package):
        """Where the package's files are: "/" when it is installed, else a directory it was unpacked into."""
        if package not in self.roots:
            self.roots[package] = "/" if package in self.installed else self.unpack(package)
        return self.roots[package]

    def deb(self, package):
        found = sorted(glob.glob(os.path.join(self.directory, package + "_*.deb")))
        return found[-1] if found else None

    def unpack(self, package):
        place = os.path.join(self.directory, package)
        if not os.path.isdir(place):
            os.makedirs(self.directory, exist_ok=True)
            if self.deb(package) is None:
                run("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package, cwd=self.directory)
            shutil.rmtree(place + ".new", ignore_errors=True)
            run("dpkg-deb", "-x", self.deb(package), place + ".new")
            os.rename(place + ".new", place)
        return place

    def version(self, package):
        if self.root(package) == "/":
            return upstream_version(self.installed[package][0])
        return upstream_version(run("dpkg-deb", "-f", self.deb(package), "Version").decode().strip())

    def files(self, package):
        """Absolute names of the package's files."""
        root = self.root(package)
        if root == "/":
            names = run("dpkg", "-L", self.installed[package][1]).decode().split("\n")
            return [n for n in names if n.startswith("/") and os.path.lexists(n) and not os.path.isdir(n)]
        found = []
        for directory, _, names in os.walk(root):
            found += ["/" + os.path.relpath(os.path.join(directory, n), root) for n in names]
        return found

    def real(self, package, name):
        return os.path.join(self.root(package), name.lstrip("/"))

    def fingerprint(self, packages):
        """Changes when a package that is used does: installed versions, and what was downloaded."""
        debs = sorted(os.path.basename(p) for p in glob.glob(os.path.join(self.directory, "*.deb")))
        return " ".join([f"{p}={self.installed.get(p, ['not installed'])[0]}" for p in sorted(packages)] + debs)


def needed(path):
    """DT_NEEDED of an ELF file."""
    text = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=False).stdout
    return re.findall(r"^\s*NEEDED\s+(\S+)", text, re.M)


def is_dynamic(path):
    with open(path, "rb") as file:
        if file.read(4) != b"\x7fELF":
            return False
    text = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=False).stdout
    return "Dynamic Section" in text
