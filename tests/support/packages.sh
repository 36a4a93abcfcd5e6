# Debian packages by purpose, and how they are installed; sourced by quickstart, check and .ci/run.
# shellcheck shell=sh disable=SC2034

BUILD_PACKAGES="build-essential cmake ninja-build pkg-config libjansson-dev libyaml-dev libarchive-dev
liblzma-dev zlib1g-dev libdeflate-dev libssl-dev libsodium-dev"

# What the demo packages are made from; programs among them are unpacked, not installed (see tests/support/demo).
DEMO_PACKAGES="python3 openssl xz-utils patchelf busybox-static ca-certificates"

TEST_PACKAGES="libcunit1-dev clang clang-format clang-tidy libclang-rt-14-dev shellcheck mandoc
python3-yaml python3-jsonschema skopeo umoci"

# Only for ./check --all.
ALL_PACKAGES="docker.io podman runc fuse-overlayfs valgrind iproute2 python3-venv"

# install_packages NAME...: installs what is missing and says what; sudo when not root.
install_packages() {
    missing=""
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root=""
    [ "$(id -u)" = 0 ] || as_root=sudo
    echo "Installing Debian packages:$missing"
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >/dev/null
}
