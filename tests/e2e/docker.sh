#!/usr/bin/env bash
# A real dockerd loads the archives, and the services answer on their ports.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need dockerd docker

socket=$work/docker.sock
dockerd --iptables=false --bridge=none --data-root "$work/data" --exec-root "$work/exec" -p "$work/docker.pid" \
    -H "unix://$socket" >dockerd.log 2>&1 &
daemon=$!
at_end "kill $daemon; wait $daemon 2>/dev/null; umount -R $work/data $work/exec/netns/default 2>/dev/null"
export DOCKER_HOST=unix://$socket
for _ in $(seq 1 60); do
    docker info >/dev/null 2>&1 && break
    sleep 0.5
done
docker info >/dev/null 2>&1 || {
    tail -n 5 dockerd.log
    skip "dockerd does not start here"
}

# answers SERVICE COMMAND...: load, run, wait for the answer, stop.
answers() {
    local name=$1
    shift
    check "export $name" demo export docker "acme/$name" -o "$name.tar"
    check "docker load $name" docker load -i "$name.tar"
    says "Loaded image: acme/$name:latest" out
    check "docker run $name" docker run -d --name "$name" --network host -e HAB_LICENSE=accept-no-persist "acme/$name:latest"
    check "$name answers" "$@"
    check "the gateway says it is healthy" http "http://127.0.0.1:9631/services/$name/default/health" '"status": *"OK"'
    [ "$name" = redis ] && [ "${keep:-}" = yes ] && return
    check "docker stop $name" docker stop -t 20 "$name"
    same "$name ended by itself" "$(docker inspect -f '{{.State.ExitCode}}' "$name")" 0
    docker rm -f "$name" >/dev/null
}

answers hello http http://127.0.0.1:8080/ .
answers nginx http http://127.0.0.1:8080/ .
answers redis redis_answers 6379

refuses 1 'License agreement not accepted|.' docker run --rm --network host acme/redis:latest
docker run -d --name any --network host --user 10001:0 -e HAB_LICENSE=accept-no-persist acme/redis:latest >out 2>err
check "redis answers as an arbitrary uid of group 0" redis_answers 6379
docker rm -f any >/dev/null
docker run -d --name locked --network host --user 10001:10001 --group-add 0 --read-only --cap-drop ALL --security-opt no-new-privileges \
    --tmpfs /hab/sup:mode=1777 --tmpfs /hab/svc:exec,mode=1777 --tmpfs /hab/launcher:mode=1777 --tmpfs /.hab:mode=1777 --tmpfs /tmp:mode=1777 \
    -e HOME=/ -e HAB_LICENSE=accept-no-persist acme/redis:latest --no-color --group=default >out 2>err
check "redis answers under what the Kubernetes documents allow it" redis_answers 6379
docker rm -f locked >/dev/null
docker history --no-trunc acme/redis:latest >out 2>err
says 'core/glibc/' out
