#!/bin/sh
# clang-tidy with the checks of .clang-tidy over everything that was compiled in the build directory given.
set -eu
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
tidy=$(command -v clang-tidy-14 || command -v clang-tidy)
find lib exporters deployers tools -name '*.c' -print0 |
    xargs -0 -n 4 -P "$(nproc)" "$tidy" -p "$build" --quiet 2>/dev/null
