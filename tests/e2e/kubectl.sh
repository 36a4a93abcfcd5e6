#!/usr/bin/env bash
# kubectl's client-side dry run and Kubernetes' own schemas accept what is generated.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
command -v kubectl >/dev/null || skip "kubectl is not installed"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$source_dir/tests/support/fake-discovery" "$port" &
server=$!
at_end "kill $server 2>/dev/null; wait $server 2>/dev/null"
export HOME=$work KUBECONFIG=/dev/null

generate() {
    local name=$1
    shift
    demo k8s "$@" >"$name.yaml" 2>err || not_ok "cannot generate $name"
}

generate hello acme/hello
generate redis acme/redis --license accept-no-persist
generate leader acme/redis --topology leader --count 3 --storage 1Gi:/hab/svc/redis/data:fast
generate nginx acme/nginx --namespace web --label team=web --env 'A=yes: no'
generate webapp acme/webapp --bind database:redis.default --count 2
printf 'port = 1\n' >user.toml
generate config acme/redis --config user.toml

for name in hello redis leader nginx webapp config; do
    check "kubectl create --dry-run=client: $name" kubectl --server "http://127.0.0.1:$port" create --dry-run=client \
        --validate=false -f $name.yaml
    same "$name: as many objects as documents" "$(wc -l <out)" "$(grep -c '^kind:' $name.yaml)"
done

validate=${HD_KUBERNETES_VALIDATE:-$source_dir/build/venv/bin/kubernetes-validate}
if [ -x "$validate" ]; then
    for version in 1.27 1.37; do
        for name in hello redis leader nginx webapp config; do
            check "schemas of $version: $name" "$validate" --strict -k $version $name.yaml
        done
    done
else
    printf '\n*** SKIPPED: kubectl.sh: kubernetes-validate is not installed (./check --all does)\n'
fi
