#!/usr/bin/env bash
# inspect on genuine packages of Habitat's own test data, and on the demo packages.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

for package in hello redis nginx webapp; do
    check "inspect acme/$package" demo inspect acme/$package
    says "acme/$package/" out
    check "inspect acme/$package --files" demo inspect acme/$package --files
done
demo inspect acme/redis --json >redis.json 2>err
check "JSON" python3 - redis.json <<'PY'
import json, sys
facts = json.load(open(sys.argv[1]))
assert facts["origin"] == "acme" and facts["name"] == "redis", facts
assert facts["target"] == "x86_64-linux"
assert facts["is_a_service"] is True
assert 6379 in facts["exposes"]
assert any(d.startswith("core/glibc/") for d in facts["tdeps"])
assert len(facts["checksum"]) == 64
PY

fixtures=${HD_TEST_FIXTURES:-$source_dir/../shared/fixtures}
[ -d "$fixtures" ] || skip "Habitat's own test packages are not here (set HD_TEST_FIXTURES)"
good=$fixtures/happyhumans-possums-8.1.4-20160427165340-x86_64-linux.hart
mkdir keys empty
cp "$fixtures/happyhumans-20160424223347.pub" keys
check "happyhumans verifies" "$HAB_DEPLOY" inspect "$good" --cache-key-path keys
says 74d368d3642721b5045929845f6a1146fad50c7ecab7ab547603965e45a29a82 out
says happyhumans-20160424223347 out
refuses 8 '8805e557.*813cf424' "$HAB_DEPLOY" inspect "${good/happyhumans-possums/unhappyhumans-possums}" --cache-key-path keys
refuses 3 'bogus_and_corrupt' "$HAB_DEPLOY" inspect "$fixtures/bogus_and_corrupt.hart" --cache-key-path keys
refuses 4 'no key happyhumans-20160424223347.pub in empty' "$HAB_DEPLOY" inspect "$good" --cache-key-path empty
refuses 4 'no key' "$HAB_DEPLOY" inspect "$good" --cache-key-path /nonexistent
check "the environment names the keys" env HAB_CACHE_KEY_PATH=keys "$HAB_DEPLOY" inspect "$good"
