#!/usr/bin/env bash
# Packages that lie, each signed by a key we trust: refused with the right status, and nothing is left behind.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

maker=$source_dir/tests/support/demo/make-demo-packages
mkdir target
echo "what was here before" >target/keep.tar

# hostile KIND STATUS PATTERN
hostile() {
    "$maker" forge --keys "$HD_DEMO/keys" --out "$1.hart" --kind "$1" >forge.log 2>&1 || {
        cp forge.log err
        not_ok "cannot make $1"
        return
    }
    refuses "$2" "$3" demo inspect "./$1.hart"
    rm -f target/.*.tmp
    refuses "$2" "$3" demo export docker "./$1.hart" -o target/keep.tar
    same "$1 leaves what was there" "$(ls -A target) $(cat target/keep.tar)" "keep.tar what was here before"
    rm -f "$1.hart"
}

hostile traversal 3 '\.\.'
hostile absolute 3 'absolute|outside|/etc/passwd'
hostile outside 3 'outside'
hostile device 3 'device'
hostile fifo 3 'device|fifo'
hostile hardlink-escape 3 'hard link'
hostile hardlink-abs 3 'hard link'
hostile symlink-parent 3 'symbolic link'
hostile duplicate 3 'twice|duplicate'
hostile wh-name 3 '\.wh\.'
hostile long-header 3 'header|line'
hostile no-ident 3 'IDENT'
hostile wrong-ident 3 'IDENT|outside'
hostile two-roots 3 'outside|IDENT'
hostile swapped-payload 8 'payload|hash'
hostile truncated '(3|8)' '.'
hostile wrong-key 8 'signature'
hostile trailing-garbage '(3|8)' '.'
hostile concatenated-xz 3 'xz'
