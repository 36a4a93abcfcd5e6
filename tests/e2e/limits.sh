#!/usr/bin/env bash
# Packages that are too much: a bomb and a flood of entries stop at the limit, early.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

maker=$source_dir/tests/support/demo/make-demo-packages
"$maker" forge --keys "$HD_DEMO/keys" --out bomb.hart --kind bomb >err 2>&1 || not_ok "cannot make the bomb"
refuses 9 'bytes|unpacked' timeout 300 "${HD_RELEASE:-$HAB_DEPLOY}" inspect ./bomb.hart --cache-key-path "$HD_DEMO/keys"
"$maker" forge --keys "$HD_DEMO/keys" --out many.hart --kind many-entries >err 2>&1 || not_ok "cannot make many entries"
check "300,000 entries are no trouble" timeout 300 "${HD_RELEASE:-$HAB_DEPLOY}" inspect ./many.hart --cache-key-path "$HD_DEMO/keys"
