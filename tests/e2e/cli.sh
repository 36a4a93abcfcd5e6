#!/usr/bin/env bash
# The command line itself: help, completion, manual pages, exit statuses, streams.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

check "help" "$HAB_DEPLOY" --help
says 'export docker PKG' out
check "no arguments show help" "$HAB_DEPLOY"
check "version" "$HAB_DEPLOY" --version
says '^hab-deploy [0-9]' out
for command in inspect "export docker" "export oci" "export mesos" k8s marathon mesosize completion help; do
    # shellcheck disable=SC2086
    check "$command --help" "$HAB_DEPLOY" $command --help
    says '^Usage: hab-deploy' out
    # shellcheck disable=SC2086
    [ "$command" = help ] || "$HAB_DEPLOY" $command --help | grep -q Examples: ||
        not_ok "$command --help has no examples"
done
check "export --help lists kinds" "$HAB_DEPLOY" export --help
says 'export oci' out

refuses 2 'unknown command "inspekt" \(did you mean "inspect"' "$HAB_DEPLOY" inspekt
refuses 2 'unknown command "export dokcer" \(did you mean "export docker"' "$HAB_DEPLOY" export dokcer
refuses 2 'unknown option --jsn \(did you mean --json' "$HAB_DEPLOY" inspect --jsn x/y
refuses 2 'name one package' "$HAB_DEPLOY" inspect
refuses 2 'name one package' "$HAB_DEPLOY" k8s a/b c/d
refuses 2 'not one of yaml\|json' "$HAB_DEPLOY" k8s acme/redis --format toml
refuses 2 'unknown target' "$HAB_DEPLOY" inspect acme/redis --target sparc-sunos
refuses 2 'SOURCE_DATE_EPOCH' env SOURCE_DATE_EPOCH=yesterday "$HAB_DEPLOY" export oci acme/redis
refuses 2 'origin|identifier' "$HAB_DEPLOY" inspect 'UPPER/name'
refuses 4 'acme/nosuch' demo inspect acme/nosuch
refuses 4 'nosuch.hart' demo inspect ./nosuch.hart

for shell in bash zsh fish; do
    check "completion for $shell" "$HAB_DEPLOY" completion $shell
    cp out completion.$shell
done
check "bash reads its completion" bash -n completion.bash
cat >complete.sh <<'TXT'
. ./completion.bash
COMP_WORDS=(hab-deploy "$@")
COMP_CWORD=$#
_hab_deploy
printf '%s\n' "${COMPREPLY[@]}"
TXT
same "completes commands" "$(bash complete.sh ins)" inspect
same "completes kinds" "$(bash complete.sh export "do")" docker
same "completes options" "$(bash complete.sh inspect --js)" --json
same "completes values" "$(bash complete.sh k8s --format y)" yaml
refuses 2 'no completion for "tcsh"' "$HAB_DEPLOY" completion tcsh

for program in hab-deploy pkg-mesosize; do
    check "manual of $program" "$HAB_DEPLOY" help --man $program
    cp out $program.1
    if command -v mandoc >/dev/null; then
        mandoc -T lint -W warning $program.1 >lint 2>&1 || true
        same "mandoc accepts $program.1" "$(grep -Ev 'missing date|skipping paragraph macro|STYLE' lint)" ""
    fi
done
"$HAB_DEPLOY" inspect --help | grep -o '^ .*--[a-z-]*' | grep -o -- '--[a-z-]*' >options
while read -r option; do
    grep -q -- "$(printf '%s' "$option" | sed 's/-/\\\\-/g')" hab-deploy.1 || not_ok "$option is not in the manual"
done <options

ln -s "$HAB_DEPLOY" pkg-mesosize
ln -s "$HAB_DEPLOY" hab-pkg-mesosize
check "pkg-mesosize --help" ./pkg-mesosize --help
says '^Usage: pkg-mesosize' out
check "hab-pkg-mesosize --help" ./hab-pkg-mesosize --help

demo inspect acme/redis --json >json 2>err
same "nothing on stderr" "$(cat err)" ""
check "JSON is JSON" python3 -m json.tool json
check "a full pipe is an error" bash -c "! \"$HAB_DEPLOY\" --help >/dev/full"
