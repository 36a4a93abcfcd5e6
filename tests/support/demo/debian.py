"""Files of Debian packages: from the machine where they are installed, else from the downloaded package, never installed."""
import glob
import os
import re
import subprocess

from hartlib import run, upstream_version


class Debian:
    def __init__(self, directory):
        self.directory = directory
        self.roots = {}

    def root(self, package):
        """Where the package's files are: "/" when it is installed, else a directory it was unpacked into."""
        if package not in self.roots:
            state = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True, check=False)
            installed = state.returncode == 0 and "install ok installed" in state.stdout
            self.roots[package] = "/" if installed else self.unpack(package)
        return self.roots[package]

    def unpack(self, package):
        place = os.path.join(self.directory, package)
        if not os.path.isdir(place):
            os.makedirs(self.directory, exist_ok=True)
            subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package], cwd=self.directory, check=True, stdout=subprocess.DEVNULL)
            deb = sorted(glob.glob(os.path.join(self.directory, package + "_*.deb")))[-1]
            run("dpkg-deb", "-x", deb, place + ".new")
            os.rename(place + ".new", place)
        return place

    def version(self, package):
        if self.root(package) == "/":
            return upstream_version(run("dpkg-query", "-W", "-f", "${Version}", package).decode())
        deb = sorted(glob.glob(os.path.join(self.directory, package + "_*.deb")))[-1]
        return upstream_version(run("dpkg-deb", "-f", deb, "Version").decode())

    def files(self, package):
        """Absolute names of the package's files."""
        root = self.root(package)
        if root == "/":
            names = run("dpkg", "-L", package).decode().split("\n")
            return [n for n in names if n.startswith("/") and os.path.lexists(n) and not os.path.isdir(n)]
        found = []
        for directory, _, names in os.walk(root):
            found += ["/" + os.path.relpath(os.path.join(directory, n), root) for n in names]
        return found

    def real(self, package, name):
        return os.path.join(self.root(package), name.lstrip("/"))

    def fingerprint(self, packages):
        return " ".join(f"{p}={self.version(p)}" for p in sorted(packages))


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
