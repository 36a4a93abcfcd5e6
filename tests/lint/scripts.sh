#!/bin/sh
# Shell scripts pass shellcheck; scripts for images pass dash and busybox as well (see tests/unit for those made from templates).
set -eu
cd "$(dirname "$0")/../.."
{
    printf '%s\n' quickstart check .ci/run
    find tests -name '*.sh'
} | xargs shellcheck --severity=warning -x
