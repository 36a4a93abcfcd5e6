#!/bin/sh
# Every C file is as clang-format 14 writes it.
set -eu
cd "$(dirname "$0")/../.."
format=$(command -v clang-format-14 || command -v clang-format)
find include lib exporters deployers tools tests -name '*.[ch]' -print0 |
    xargs -0 "$format" --dry-run --Werror
