"""What the demo packages are made of: real programs, their libraries, and services of our own."""
import os
import shutil

from debian import is_dynamic, needed
from hartlib import RELEASE, Package, run

HERE = os.path.dirname(os.path.abspath(__file__))
HAB_VERSION = "2.1.78"

# Debian package: (Habitat name, licence). Searched in this order and no further than needed, so that what only some builds of redis
# want is not downloaded for the others.
LIBRARIES = {
    "libc6": ("glibc", "LGPL-2.1-or-later"),
    "libgcc-s1": ("gcc-libs", "GPL-3.0-or-later WITH GCC-exception-3.1"),
    "libstdc++6": ("libstdcxx", "GPL-3.0-or-later WITH GCC-exception-3.1"),
    "libatomic1": ("libatomic", "GPL-3.0-or-later WITH GCC-exception-3.1"),
    "zlib1g": ("zlib", "Zlib"),
    "libssl3": ("openssl", "Apache-2.0"),
    "libpcre2-8-0": ("pcre2", "BSD-3-Clause"),
    "libcrypt1": ("libxcrypt", "LGPL-2.1-or-later"),
    "libjemalloc2": ("jemalloc", "BSD-2-Clause"),
    "liblzf1": ("liblzf", "BSD-2-Clause"),
    "libsystemd0": ("libsystemd", "LGPL-2.1-or-later"),
    "liblzma5": ("xz", "0BSD"),
    "libzstd1": ("zstd", "BSD-3-Clause"),
    "liblz4-1": ("lz4", "BSD-2-Clause"),
    "libcap2": ("libcap", "BSD-3-Clause"),
    "libgcrypt20": ("libgcrypt", "LGPL-2.1-or-later"),
    "libgpg-error0": ("libgpg-error", "LGPL-2.1-or-later"),
    "libhiredis0.14": ("hiredis", "BSD-3-Clause"),
    "liblua5.1-0": ("lua", "MIT"),
    "lua-cjson": ("lua-cjson", "MIT"),
    "lua-bitop": ("lua-bitop", "MIT"),
}
DEBIAN_PACKAGES = list(LIBRARIES) + ["redis-server", "redis-tools", "nginx", "busybox-static", "ca-certificates"]

SHELL = "#!/bin/sh\n"
CFLAGS = ["-std=gnu17", "-O2", "-s", "-Wall", "-Wextra"]


class Maker:
    def __init__(self, debian, root, origin):
        self.debian, self.root, self.origin = debian, root, origin
        self.made = {}    # "origin/name" to Package, in order: dependencies first
        self.owners = {}  # soname to Debian package
        self.unsearched = list(LIBRARIES)

    def new(self, origin, name, version, **facts):
        package = Package(origin, name, version, self.root, **facts)
        self.made[f"{origin}/{name}"] = package
        return package

    # Libraries

    def owner(self, soname):
        while soname not in self.owners and self.unsearched:
            package = self.unsearched.pop(0)
            for name in self.debian.files(package):
                if self.is_library(name):
                    self.owners.setdefault(os.path.basename(name), package)
        if soname not in self.owners:
            raise RuntimeError(f"no Debian package in recipes.LIBRARIES has {soname}")
        return self.owners[soname]

    def debian_library(self, debian_package):
        name, licence = LIBRARIES[debian_package]
        if f"core/{name}" in self.made:
            return self.made[f"core/{name}"]
        files = [f for f in self.debian.files(debian_package) if self.is_library(f)]
        sonames = {s for f in files for s in needed(self.debian.real(debian_package, f))}
        deps = self.libraries_for(sonames, without=debian_package)
        package = self.new("core", name, self.debian.version(debian_package), license=licence, debian=debian_package,
                           description=f"{name}, from Debian's {debian_package}")
        for file in files:
            self.copy(package, debian_package, file, "lib")
        package.depend(*deps)
        if name != "glibc":
            self.patch(package)
        return package

    @staticmethod
    def is_library(name):
        base = os.path.basename(name)
        return (".so" in base and "/gconv/" not in name and "/audit/" not in name and "/ossl-modules/" not in name
                and "/engines" not in name and "/systemd/" not in name and name.startswith(("/lib", "/usr/lib")))

    def libraries_for(self, sonames, without=None):
        owners = sorted({self.owner(s) for s in sonames} - {without})
        return [self.debian_library(o) for o in owners]

    def copy(self, package, debian_package, file, directory):
        source = self.debian.real(debian_package, file)
        target = package.path(directory, os.path.basename(file))
        if os.path.lexists(target):
            return
        if os.path.islink(source) and os.path.basename(os.readlink(source)) != os.path.basename(file):
            os.symlink(os.path.basename(os.readlink(source)), target)
        else:
            shutil.copyfile(os.path.realpath(source), target)
            os.chmod(target, 0o755)

    def patch(self, package):
        """Interpreter and run path under /hab/pkgs, so that nothing outside is needed."""
        lib_dirs = [f"{p.prefix}/lib" for p in [package] + package.runtime_deps]
        glibc = self.made["core/glibc"]
        for directory in ("bin", "lib"):
            base = os.path.join(package.directory, directory)
            for name in sorted(os.listdir(base)) if os.path.isdir(base) else []:
                path = os.path.join(base, name)
                if os.path.islink(path) or not is_dynamic(path):
                    continue
                os.chmod(path, 0o755)
                run("patchelf", "--force-rpath", "--set-rpath", ":".join(lib_dirs), path)
                if directory == "bin":
                    run("patchelf", "--set-interpreter", f"{glibc.prefix}/lib/ld-linux-x86-64.so.2", path)

    def program(self, package, sources):
        """Copies programs {name: (debian package, file)}, finds their libraries, patches them."""
        sonames = set()
        for name, (debian_package, file) in sources.items():
            source = os.path.realpath(self.debian.real(debian_package, file))
            shutil.copyfile(source, package.path("bin", name))
            os.chmod(package.path("bin", name), 0o755)
            sonames |= set(needed(source))
        # Made before the program: the closure lists dependencies first.
        self.made.pop(f"{package.origin}/{package.name}")
        package.depend(*self.libraries_for(sonames), *package.deps)
        self.made[f"{package.origin}/{package.name}"] = package
        self.patch(package)

    # Base packages

    def base(self):
        busybox = self.new("core", "busybox-static", self.debian.version("busybox-static"), license="GPL-2.0-only",
                           debian="busybox-static", description="Shell and tools in one static program")
        shutil.copyfile(self.debian.real("busybox-static", "/bin/busybox"), busybox.path("bin", "busybox"))
        os.chmod(busybox.path("bin", "busybox"), 0o755)
        for applet in run(busybox.path("bin", "busybox"), "--list").decode().split():
            if applet != "busybox":
                os.symlink("busybox", busybox.path("bin", applet))
        cacerts = self.new("core", "cacerts", self.debian.version("ca-certificates"), license="MPL-2.0",
                           debian="ca-certificates", description="Certificates of well-known authorities")
        bundle = b""
        for name in sorted(self.debian.files("ca-certificates")):
            if name.endswith(".crt"):
                with open(self.debian.real("ca-certificates", name), "rb") as file:
                    bundle += file.read()
        cacerts.put("ssl/cert.pem", bundle)
        cacerts.put("ssl/certs/cacert.pem", bundle)
        standin = os.path.join(self.root, "standin")
        sources = sorted(os.path.join(HERE, n) for n in os.listdir(HERE) if n.startswith("supervisor-standin") and n.endswith(".c"))
        run("gcc", *CFLAGS, "-static", f'-DSTANDIN_VERSION="{HAB_VERSION}"', "-o", standin, *sources)
        for name, program, deps in (("hab", "hab", [busybox, cacerts]), ("hab-sup", "hab-sup", [busybox]),
                                    ("hab-launcher", "hab-launch", [])):
            package = self.new("chef", name, HAB_VERSION, license="Apache-2.0", build_deps=self.build_deps(),
                               description="STAND-IN FOR TESTS, NOT HABITAT: runs a service's run hook, renders nothing")
            shutil.copyfile(standin, package.path("bin", program))
            os.chmod(package.path("bin", program), 0o755)
            package.depend(*deps)

    @staticmethod
    def build_deps():
        """What hab-plan-build would have built our own programs with; never made, never needed."""
        return [f"core/gcc/{run('gcc', '-dumpfullversion').decode().strip()}/{RELEASE}"]

    # Services

    def service(self, name, version, hooks, **facts):
        package = self.new(self.origin, name, version, **facts)
        for hook, text in hooks.items():
            package.put(f"hooks/{hook}", SHELL + text, 0o755)
        return package

    def compiled(self, package, source, *flags):
        package.facts["build_deps"] = self.build_deps()
        run("gcc", *CFLAGS, *flags, "-o", package.path("bin", package.name), os.path.join(HERE, source))

    def services(self):
        # run hooks are plain shell: the stand-in renders no templates; config/ is there for those who do.
        hello = self.service("hello", "1.0.0", {
            "run": "exec 2>&1\nexec hello 8080\n",
            "health-check": "exec wget -q -O /dev/null http://127.0.0.1:8080/\n",
        }, description="One static program that says hello", exports={"port": "server.port"}, exposes=[8080])
        hello.put("default.toml", 'greeting = "Hello"\n\n[server]\nport = 8080\n')
        hello.put("config/hello.conf", "greeting = {{toJson cfg.greeting}}\nport = {{cfg.server.port}}\n")
        self.compiled(hello, "hello.c", "-static")

        redis = self.service("redis", self.debian.version("redis-server"), {
            "init": "mkdir -p /hab/svc/redis/data\n",
            "run": "exec 2>&1\nexec redis-server --port 6379 --bind 0.0.0.0 --protected-mode no --daemonize no "
                   "--dir /hab/svc/redis/data --save ''\n",
            "health-check": "redis-cli -p 6379 ping >/dev/null || exit 2\n",
        }, description="An in-memory key-value store", license="BSD-3-Clause", url="https://redis.io/",
            debian="redis-server", exports={"port": "port"}, exposes=[6379], shutdown_timeout=15)
        redis.put("default.toml", 'bind = ["0.0.0.0"]\nport = 6379\nmaxmemory = "64mb"\n\n[save]\nenabled = false\nseconds = 60\n')
        redis.put("config/redis.config", "{{#each cfg.bind as |address|}}\nbind {{address}}\n{{/each}}\nport {{cfg.port}}\n"
                  "maxmemory {{cfg.maxmemory}}\n{{#if cfg.save.enabled}}\nsave {{cfg.save.seconds}} 1\n{{else}}\nsave \"\"\n{{/if}}\n")
        self.program(redis, {"redis-server": ("redis-tools", "/usr/bin/redis-check-rdb"), "redis-cli": ("redis-tools", "/usr/bin/redis-cli")})

        nginx = self.service("nginx", self.debian.version("nginx"), {"run": NGINX_RUN},
                             description="A web server", license="BSD-2-Clause", url="https://nginx.org/", debian="nginx",
                             user="root", group="hab", exports={"port": "http.port"}, exposes=[8080], shutdown_signal="QUIT")
        nginx.put("default.toml", "[http]\nport = 8080\nworkers = 1\n")
        nginx.put("config/nginx.conf", NGINX_CONF.replace("listen 8080", "listen {{cfg.http.port}}")
                  .replace("worker_processes 1", "worker_processes {{cfg.http.workers}}").replace("@PREFIX@", "{{pkg.path}}"))
        nginx.put("share/nginx.conf", NGINX_CONF.replace("@PREFIX@", nginx.prefix))
        nginx.put("share/html/index.html", "<h1>Served by nginx from a Habitat package</h1>\n")
        self.program(nginx, {"nginx": ("nginx", "/usr/sbin/nginx")})

        webapp = self.service("webapp", "1.2.3", {
            "run": "exec 2>&1\nexec webapp 8000 \"${REDIS_HOST:-127.0.0.1}\" \"${REDIS_PORT:-6379}\"\n",
        }, description="Counts its visitors in redis", exports={"port": "port", "admin": "admin.port"}, exposes=[8000, 9000],
            binds={"database": "port"}, binds_optional={"cache": "port"})
        webapp.put("default.toml", "port = 8000\n\n[admin]\nport = 9000\n")
        webapp.put("config/webapp.env", "{{#eachAlive bind.database.members as |member|}}\nREDIS_HOST={{member.sys.ip}}\n{{/eachAlive}}\n")
        self.compiled(webapp, "webapp.c")
        webapp.depend(self.debian_library("libc6"))
        self.patch(webapp)


def make(maker):
    maker.base()
    maker.services()


# As root the workers become hab; as anybody else there is nobody to become. The log goes to stdout where that can be opened.
NGINX_RUN = """exec 2>&1
V=/hab/svc/nginx/var
mkdir -p $V/body $V/proxy $V/fastcgi $V/uwsgi $V/scgi
rm -f $V/access.log
if (: >>/dev/stdout) 2>/dev/null; then ln -s /dev/stdout $V/access.log; fi
globals='daemon off;'
if [ "$(id -u)" = 0 ] && grep -q '^hab:' /etc/passwd; then globals="$globals user hab hab;"; fi
exec nginx -p $V -c "$(dirname "$(readlink -f "$(command -v nginx)")")/../share/nginx.conf" -g "$globals"
"""
NGINX_CONF = """worker_processes 1;
error_log stderr;
pid /hab/svc/nginx/var/nginx.pid;
events { worker_connections 64; }
http {
    access_log /hab/svc/nginx/var/access.log;
    client_body_temp_path /hab/svc/nginx/var/body;
    proxy_temp_path /hab/svc/nginx/var/proxy;
    fastcgi_temp_path /hab/svc/nginx/var/fastcgi;
    uwsgi_temp_path /hab/svc/nginx/var/uwsgi;
    scgi_temp_path /hab/svc/nginx/var/scgi;
    server {
        listen 8080;
        root @PREFIX@/share/html;
    }
}
"""
