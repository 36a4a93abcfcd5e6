#!/bin/sh
# The project speaks of itself: no paths of a developer's machine, no secret keys, no leftovers.
set -eu
cd "$(dirname "$0")/../.."
status=0
refuse() {
    found=$(grep -rInE "$1" --exclude-dir=.git --exclude-dir=build --exclude-dir=results --exclude=words.sh --exclude-dir=corpus . || true)
    if [ -n "$found" ]; then
        printf '%s:\n%s\n' "$2" "$found"
        status=1
    fi
}
refuse '(^|[^A-Za-z0-9])(/home/[a-z]|/Users/|/root/[a-z])' 'paths of a machine'
refuse '^SIG-SEC-1|^SYM-SEC-1|BEGIN [A-Z ]*PRIVATE KEY-----$' 'secret keys'
refuse '^(<<<<<<<|>>>>>>>) ' 'conflict marks'
exit $status
