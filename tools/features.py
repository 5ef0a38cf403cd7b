#!/usr/bin/env python3
"""Checks docs/features.md: every row says how to see it, and what it names is there.

usage: features.py [ROOT]     prints one "path:line: message" a finding; exit 1 if there are any

The page has tables "| # | feature | lesson | see it |" (what works, or works in part) and "| lesson | rows |"
(what is planned). Every row number from 1 to 145 stands in exactly one of them; a dash is a row without a
number, or no lesson. In a `see it` cell each code span is one of:

    `db: a key that was put is found`       a test case, under the name that ctest gives it
    `tools: tests/dev/test_install.py`      a test file of Python
    `strata scan --limit 10`                a verb of the program and its flags
    `./dev bench`, `./lesson tags`          a verb of these
    `DB::Flush`, `Options::memtable_bytes`  a member that a public header declares
    `docs/formats.md`                       a file or folder
"""

import pathlib
import re
import sys

PAGE = "docs/features.md"
ROWS = range(1, 146)
# Lessons that are to come; those that are there stand in lessons/lessons.toml.
PLANNED = """typed-api observability scrub-and-repair encryption-at-rest tls-and-identities
roles-and-audit simulator raft-elections raft-replication replicated-store raft-snapshots raft-membership gossip
consistent-hashing multi-raft rebalancing locks-and-leases distributed-transactions cluster-security object-store s3
commit-log compaction-workers disk-cache read-replicas postgres-and-jobs capstone""".split()

CASE = re.compile(r'\bTEST_CASE(?:_METHOD)?\(\s*(?:\w+\s*,\s*)?((?:"(?:[^"\\]|\\.)*"\s*)+)')
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
FLAG = re.compile(r'\bflags\s*\.\s*\w+(?:<[^>]*>)?\s*\(\s*"([a-z][a-z0-9-]*)"')
FLAG_IN_GLOBALS = re.compile(r'\bglobals\s*\.\s*\w+(?:<[^>]*>)?\s*\(\s*"([a-z][a-z0-9-]*)"')


def test_names(root):
    """The cases of tests/<module>/*_test.cc, as ctest names them."""
    names = set()
    for path in sorted(root.glob("tests/*/*_test.cc")):
        for case in CASE.finditer(path.read_text(encoding="utf-8")):
            name = "".join(LITERAL.findall(case[1])).replace('\\"', '"').replace("\\\\", "\\")
            names.add(f"{path.parent.name}: {name}")
    return names


def program(root):
    """({verb}, {flag}) of the strata program, from its source."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(root.glob("src/cli/**/*.cc")))
    verbs = set(re.findall(r'\.(?:name|alias) = "([a-z-]+)"', text))
    return verbs, set(FLAG.findall(text)) | set(FLAG_IN_GLOBALS.findall(text))


def script_verbs(root, name):
    """The verbs of ./dev or ./lesson."""
    if name == "dev":
        return set(re.findall(r"^verb_(\w+)\(\)", (root / "dev").read_text(), re.M))
    text = (root / "tools/lesson/cli.py").read_text(encoding="utf-8")
    return set(re.findall(r'\bcommand\("([a-z]+)"', text))


class Tree:
    """What the code spans of the page may name."""

    def __init__(self, root):
        self.root = root
        self.tests = test_names(root)
        self.verbs, self.flags = program(root)
        self.headers = "".join(path.read_text(encoding="utf-8") for path in root.glob("include/strata/*.h"))

    def problem(self, span):
        """What is wrong with a code span, or None."""
        words = span.split()
        if words[0] == "strata":
            return self.command_problem(words[1:])
        if words[0] in ("./dev", "./lesson"):
            if len(words) < 2 or words[1] not in script_verbs(self.root, words[0][2:]):
                return f"{words[0]} has no such verb"
            return None
        module, colon, rest = span.partition(": ")
        if colon and module == "tools":
            return None if (self.root / rest).is_file() else f"there is no {rest}"
        if colon:
            return None if span in self.tests else f'no test is called "{rest}" in tests/{module}'
        if "::" in span:
            return self.member_problem(span)
        return None if (self.root / span).exists() else f"{span}: neither a file nor anything else that can be checked"

    def command_problem(self, words):
        bare = [word for word in words if not word.startswith("-")]
        if not bare or not any(word in self.verbs for word in bare):
            return "no verb of strata in it"
        for flag in re.findall(r"--([a-z][a-z0-9-]*)", " ".join(words)):
            if flag not in self.flags:
                return f"strata has no flag --{flag}"
        return None

    def member_problem(self, span):
        owner, _, member = span.partition("::")
        found = re.search(rf"\b(?:class|struct)\s+(?:\[\[\w+\]\]\s+)?{owner}\b[^;{{]*\{{(.*?)\n\}};", self.headers, re.S)
        if not found or not re.search(rf"\b{re.escape(member)}\b", found[1]):
            return f"no public header declares {span}"
        return None


def tables(text):
    """(line number, cells) of every row of a table that has numbers in its first cell."""
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"\|\s*(\d+|–|(?!lesson\b)[a-z][a-z0-9-]*)\s*\|", line):
            yield number, [cell.strip() for cell in line.strip().strip("|").split("|")]


def check(root):
    root = pathlib.Path(root)
    # In a lesson's tree the page still speaks of all of Strata; main alone has lessons/past.
    if not (root / "lessons/past").is_dir():
        return
    tree, seen = Tree(root), {}
    manifest = (root / "lessons/lessons.toml").read_text(encoding="utf-8")
    lessons = {*PLANNED, *re.findall(r'^slug = "([^"]+)"', manifest, re.M)}
    for line, cells in tables((root / PAGE).read_text(encoding="utf-8")):
        place = f"{PAGE}:{line}"
        if len(cells) == 4:
            numbers, lesson, spans = [cells[0]], cells[2], re.findall(r"`([^`]+)`", cells[3])
            if not spans:
                yield f"{place}: say how to see it"
            for span in spans:
                if problem := tree.problem(span):
                    yield f"{place}: `{span}`: {problem}"
        elif len(cells) == 2:
            numbers, lesson = re.findall(r"(?:^|; )(\d+|–) ", cells[1]), cells[0]
            if len(numbers) != cells[1].count(";") + 1:
                yield f"{place}: write `number name; number name`"
        else:
            yield f"{place}: a row has four cells, or two where it is planned"
            continue
        if lesson != "–" and lesson not in lessons:
            yield f"{place}: '{lesson}' is no lesson"
        for number in (int(word) for word in numbers if word != "–"):
            if number not in ROWS:
                yield f"{place}: there is no row {number}"
            elif number in seen:
                yield f"{place}: row {number} stands in line {seen[number]}, too"
            seen[number] = line
    for number in ROWS:
        if number not in seen:
            yield f"{PAGE}: row {number} is missing"


if __name__ == "__main__":
    findings = list(check(sys.argv[1] if len(sys.argv) > 1 else "."))
    print(*findings, f"features: {len(findings)} findings", sep="\n")
    sys.exit(1 if findings else 0)
