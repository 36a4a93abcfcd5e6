#!/usr/bin/env bash
# Kubernetes YAML and Marathon definitions of every demo service, read by others.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

options_for() {
    case $1 in webapp) echo "--bind database:redis.default" ;; esac
}

for package in hello redis nginx webapp; do
    # shellcheck disable=SC2046
    check "k8s acme/$package" demo k8s acme/$package $(options_for $package)
    cp out $package.yaml
    # shellcheck disable=SC2046
    check "k8s acme/$package as JSON" demo k8s acme/$package $(options_for $package) --format json
    cp out $package-k8s.json
    # shellcheck disable=SC2046
    check "marathon acme/$package" demo marathon acme/$package $(options_for $package)
    cp out $package.json
    # shellcheck disable=SC2046
    check "marathon acme/$package as YAML" demo marathon acme/$package $(options_for $package) --format yaml
    cp out $package-marathon.yaml
done

if python3=$(command -v /usr/bin/python3) && "$python3" -c 'import yaml' 2>/dev/null; then
    for package in hello redis nginx webapp; do
        check "documents of $package agree" "$python3" - $package <<'PY'
import json, sys, yaml
name = sys.argv[1]
documents = [d for d in yaml.safe_load_all(open(name + ".yaml")) if d]
listed = json.load(open(name + "-k8s.json"))
assert listed["kind"] == "List" and listed["items"] == documents, "YAML and JSON differ"
kinds = [d["kind"] for d in documents]
assert "Service" in kinds and ("Deployment" in kinds or "StatefulSet" in kinds), kinds
work = next(d for d in documents if d["kind"] in ("Deployment", "StatefulSet"))
pod = work["spec"]["template"]["spec"]
container = pod["containers"][0]
assert pod["automountServiceAccountToken"] is False
assert container["readinessProbe"]["httpGet"]["path"] == "/services/%s/default/health" % name
assert container["resources"]["requests"] and container["resources"]["limits"]
assert not any(e["name"] == "HAB_LICENSE" for e in container.get("env", [])), "licence without consent"
assert json.load(open(name + ".json")) == yaml.safe_load(open(name + "-marathon.yaml"))
PY
    done
else
    printf '\n*** SKIPPED: documents.sh: python3-yaml is not installed\n'
fi

schema=$source_dir/../shared/schemas/marathon/schema/AppDefinition-1.7.json
if [ -f "$schema" ] && /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
    for package in hello redis nginx webapp; do
        check "Marathon's schema accepts $package" /usr/bin/python3 - "$schema" $package.json <<'PY'
import json, sys, jsonschema
jsonschema.Draft4Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))
PY
    done
else
    printf '\n*** SKIPPED: documents.sh: Marathon schemas or python3-jsonschema are not here\n'
fi

check "with the licence accepted" demo k8s acme/redis --license accept-no-persist
says 'HAB_LICENSE' out
check "leader topology with storage" demo k8s acme/redis --topology leader --count 3 --storage 1Gi:/hab/svc/redis/data
says 'kind: StatefulSet' out
printf 'port = 7000\n[nested]\nkey = "a: {{ b }} * & # value"\n' >user.toml
check "configuration" demo k8s acme/redis --config user.toml
says 'kind: Secret' out
check "-o writes a file" demo k8s acme/redis -o out.yaml
same "and prints nothing" "$(cat out)" ""
check "the file is the document" cmp out.yaml redis.yaml
refuses 3 'service|run' demo k8s core/zlib
refuses 2 'bind' demo k8s acme/webapp --bind nonsense
refuses 4 'missing.toml' demo k8s acme/redis --config missing.toml
