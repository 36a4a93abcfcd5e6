#!/usr/bin/env bash
# podman loads the archives and the OCI layout, and the services answer on their ports.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need podman runc

podman_here() {
    podman --root "$work/store" --runroot "$work/run" --storage-driver "${driver:-overlay}" --cgroup-manager cgroupfs \
        --runtime "$(command -v runc)" --events-backend none "$@"
}
driver=overlay
podman_here info >out 2>err || driver=vfs
podman_here info >out 2>err || {
    cat err
    skip "podman does not work here"
}
at_end "podman_here rm -fa >/dev/null 2>&1; umount -R $work/store 2>/dev/null"

answers() {
    local name=$1
    shift
    check "export $name" demo export docker "acme/$name" -o "$name.tar"
    check "podman load $name" podman_here load -q -i "$name.tar"
    check "podman run $name" podman_here run -d --name "$name" --network host --ulimit nofile=1024:1024 --ulimit nproc=4096:4096 \
        -e HAB_LICENSE=accept-no-persist "docker.io/acme/$name:latest"
    check "$name answers" "$@"
    check "podman stop $name" podman_here stop -t 20 "$name"
    podman_here rm -f "$name" >/dev/null 2>&1
}

answers hello http http://127.0.0.1:8080/ .
answers nginx http http://127.0.0.1:8080/ .
answers redis redis_answers 6379
check "export oci" demo export oci acme/hello -o hello.oci
check "podman pulls the layout" podman_here pull -q oci:hello.oci:latest
