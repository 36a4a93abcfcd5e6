#!/usr/bin/env bash
# Ctrl-C, kill, a full disk, unreadable places: what was there before is intact, and no temporary file stays.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir here
echo "what was here before" >here/redis.tar

state() {
    echo "$(ls -A here) $(cat here/redis.tar)"
}
before=$(state)

for signal in INT TERM; do
    for delay in 0.05 0.15 0.3 0.6; do
        status=0
        timeout --preserve-status --signal=$signal $delay "$HAB_DEPLOY" export docker acme/redis acme/nginx \
            --artifacts "$HD_DEMO/artifacts" --cache-key-path "$HD_DEMO/keys" -o here/redis.tar >out 2>err || status=$?
        [ $status -ne 0 ] || break # it was faster than the signal
        # 143: TERM came before the program could listen, when there was nothing to clean up.
        [ $status -ne 143 ] || status=130
        same "$signal after $delay s ends with 130" $status 130
        same "$signal after $delay s leaves what was there" "$(state)" "$before"
    done
done
echo "what was here before" >here/redis.tar

if [ "$(id -u)" = 0 ] && mkdir small && mount -t tmpfs -o size=4m tmpfs small 2>/dev/null; then
    at_end "umount $work/small"
    echo "what was here before" >small/redis.tar
    refuses 70 'No space left on device' demo export docker acme/redis -o small/redis.tar
    same "a full disk leaves what was there" "$(ls -A small) $(cat small/redis.tar)" "redis.tar what was here before"
    refuses 70 'No space left on device' demo export oci acme/redis -o small/redis.oci
    same "and nothing else" "$(ls -A small)" "redis.tar"
else
    printf '\n*** SKIPPED: interrupted.sh: the full disk needs root and mount\n'
fi

refuses 4 'no/such/dir' demo export docker acme/redis -o no/such/dir/redis.tar
if [ "$(id -u)" = 0 ]; then
    mkdir private && chmod 700 private
    refuses 6 'Permission denied' as_nobody export docker acme/redis -o private/redis.tar
    mkdir closed && chmod 000 closed
    refuses 4 'acme/nosuch' as_nobody inspect acme/nosuch --artifacts closed
    says 'closed' err
    chmod 000 public/keys/acme-*.pub
    refuses 6 'Permission denied' as_nobody inspect acme/redis
else
    printf '\n*** SKIPPED: interrupted.sh: unreadable places need root to be made\n'
fi
