#!/usr/bin/env bash
# A 300 MB package goes through in less than 150 MB of memory.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

program=${HD_RELEASE:?the uninstrumented program}
hart=$(ls "$HD_DEMO"/artifacts/odd-huge-*.hart)
python3 - "$program" "$hart" "$HD_DEMO" >out 2>err <<'PY'
import resource, subprocess, sys
program, hart, demo = sys.argv[1:]
subprocess.run([program, "export", "oci", hart, demo and "acme/hello", "--artifacts", demo + "/artifacts",
                "--cache-key-path", demo + "/keys", "-o", "huge.oci"], check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print("peak", peak, "MiB")
sys.exit(peak >= 150)
PY
status=$?
cat out
same "peak memory below 150 MiB" $status 0
