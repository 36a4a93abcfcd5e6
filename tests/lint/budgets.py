#!/usr/bin/env python3
"""Sizes that keep code readable: functions, files and headers, and calls that are banned.

Gates (a deviation needs a reason, not an exemption list): function 60 lines, .c file 600 lines, header 250 lines, 6 parameters.
"""
import os
import re
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
FUNCTION_LINES, FILE_LINES, HEADER_LINES, PARAMETERS = 60, 600, 250, 6
BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|system|popen|tmpnam|mktemp|alloca|"
                    r"localtime|gmtime|setlocale|rand|scanf|sscanf)\s*\(")
GOTO = re.compile(r"\bgoto\b")
START = re.compile(r"^(?:static |inline |_Noreturn |extern )*[A-Za-z_][\w \*]*?\b(\w+)\(", re.M)


def strip(text):
    """Comments and literals blanked, line structure kept."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def functions(text):
    """(name, first line, lines, parameters): a definition starts in column 0 and its brace stands alone there."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line != "{" or number == 0:
            continue
        start = number - 1
        while start > 0 and lines[start - 1] and not lines[start - 1].startswith(("}", "#", ";")) \
                and not lines[start - 1].rstrip().endswith((";", "}")):
            start -= 1
        head = " ".join(lines[start:number])
        match = START.match(head)
        if not match:
            continue
        end = number
        while end < len(lines) and lines[end] != "}":
            end += 1
        inside = head[head.index("("):]
        depth, commas = 0, 0
        for char in inside:
            depth += (char == "(") - (char == ")")
            commas += char == "," and depth == 1
        yield match.group(1), start + 1, end - start + 1, commas + 1


def check(path, problems, sizes):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        raw = file.read()
    text = strip(raw)
    count = raw.count("\n")
    limit = HEADER_LINES if path.endswith(".h") else FILE_LINES
    if count > limit:
        problems.append(f"{path}: {count} lines, more than {limit}")
    for number, line in enumerate(text.split("\n"), 1):
        found = BANNED.search(line)
        if found:
            problems.append(f"{path}:{number}: {found.group(1)} is banned")
        if GOTO.search(line):
            problems.append(f"{path}:{number}: goto")
        if re.search(r"\b(TODO|FIXME|XXX)\b", raw.split("\n")[number - 1]):
            problems.append(f"{path}:{number}: unfinished work")
    for name, line, lines, parameters in functions(text):
        sizes.append(lines)
        if lines > FUNCTION_LINES:
            problems.append(f"{path}:{line}: {name} has {lines} lines, more than {FUNCTION_LINES}")
        if parameters > PARAMETERS:
            problems.append(f"{path}:{line}: {name} has {parameters} parameters, more than {PARAMETERS}")


def main():
    problems, sizes, files = [], [], 0
    for top in ("include", "lib", "exporters", "deployers", "tools"):
        for directory, _, names in os.walk(os.path.join(ROOT, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    check(os.path.relpath(os.path.join(directory, name), ROOT), problems, sizes)
                    files += 1
    for problem in problems:
        print(problem)
    sizes.sort()
    if sizes:
        print(f"{files} files, {len(sizes)} functions: median {sizes[len(sizes) // 2]} lines, "
              f"90% {sizes[len(sizes) * 9 // 10]}, longest {sizes[-1]}; {len(problems)} problems")
    return 1 if problems or not sizes else 0


if __name__ == "__main__":
    sys.exit(main())
