#!/usr/bin/env python3
"""Dependencies run one way: reads every #include and every word that does not belong.

- a floor includes only headers of itself and of the floors below it; exporters and deployers use all floors but never each
  other's files; one deployer's folder never includes another's; tools may use everything;
- headers do not include each other in a circle;
- each header compiles alone;
- lib/base to lib/net know neither Habitat nor any cluster.
"""
import os
import re
import subprocess
import sys

FLOORS = ["base", "data", "io", "net", "package", "image", "workload"]
ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
FOREIGN_WORDS = re.compile(r"\b(habitat|hab_|kubernetes|marathon|mesos|docker|hart)\b", re.I)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def sources():
    for top in ("include", "lib", "exporters", "deployers", "tools"):
        for directory, _, names in os.walk(os.path.join(ROOT, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(directory, name), ROOT)


def home(path):
    """(kind, rank) of the floor a file belongs to."""
    parts = path.split("/")
    if path.startswith("include/hd/"):
        if len(parts) == 4:
            return parts[2], FLOORS.index(parts[2])
        rank = len(FLOORS) if parts[2] == "exporter.h" else len(FLOORS) + 1
        return parts[2], rank
    if parts[0] == "lib":
        return parts[1], FLOORS.index(parts[1])
    if parts[0] == "exporters":
        return "exporters", len(FLOORS)
    if parts[0] == "deployers":
        return "deployers/" + (parts[1] if len(parts) > 2 else ""), len(FLOORS) + 1
    return "tools", len(FLOORS) + 2


def resolve(path, included):
    public = os.path.join("include", included)
    if included.startswith("hd/") and os.path.exists(os.path.join(ROOT, public)):
        return public
    near = os.path.normpath(os.path.join(os.path.dirname(path), included))
    return near if os.path.exists(os.path.join(ROOT, near)) else None


def check_edge(path, target):
    kind, rank = home(path)
    other, other_rank = home(target)
    if other_rank > rank:
        return f"{path} includes {target}, which is on a higher floor"
    if kind.startswith("deployers") and other in ("exporter.h", "exporters"):
        return f"{path} includes {target}: deployers do not use exporters"
    if kind.startswith("deployers/") and other.startswith("deployers/") and other not in (kind, "deployers/"):
        return f"{path} includes {target}, another deployer's file"
    if not target.startswith("include/") and os.path.dirname(target) != os.path.dirname(path):
        if not (kind == other or kind.startswith("deployers")):
            return f"{path} includes {target}, a private header of another folder"
    return None


def cycles(edges):
    state, found = {}, []

    def visit(node, chain):
        state[node] = 1
        for target in edges.get(node, ()):
            if state.get(target) == 1:
                found.append(" -> ".join(chain[chain.index(target):] + [target]))
            elif target not in state:
                visit(target, chain + [target])
        state[node] = 2

    for node in sorted(edges):
        if node not in state:
            visit(node, [node])
    return found


def stands_alone(header):
    command = [os.environ.get("CC", "cc"), "-std=gnu17", "-D_GNU_SOURCE", "-I" + os.path.join(ROOT, "include"),
               "-I" + os.path.dirname(os.path.join(ROOT, header)), "-fsyntax-only", "-x", "c", "-"]
    text = f'#include "{os.path.join(ROOT, header)}"\n'
    return subprocess.run(command, input=text, text=True, capture_output=True, check=False)


def main():
    problems, edges = [], {}
    for path in sources():
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            text = file.read()
        for included in INCLUDE.findall(text):
            target = resolve(path, included)
            if target is None:
                problems.append(f"{path} includes {included}, which is not there")
                continue
            edges.setdefault(path, []).append(target)
            problem = check_edge(path, target)
            if problem:
                problems.append(problem)
        if home(path)[1] <= FLOORS.index("net") and FOREIGN_WORDS.search(COMMENT.sub("", text)):
            word = FOREIGN_WORDS.search(COMMENT.sub("", text)).group(0)
            problems.append(f"{path} says \"{word}\": the lower floors know no such thing")
        if path.endswith(".h"):
            result = stands_alone(path)
            if result.returncode != 0:
                problems.append(f"{path} does not compile alone:\n{result.stderr}")
    problems += ["headers include each other: " + chain for chain in cycles(edges)]
    for problem in problems:
        print(problem)
    print(f"{sum(len(v) for v in edges.values())} includes of {len(edges)} files checked, {len(problems)} problems")
    return 1 if problems or not edges else 0


if __name__ == "__main__":
    sys.exit(main())
