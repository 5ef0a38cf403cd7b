#!/usr/bin/env python3
"""The rules of this code base that neither the compiler nor clang-format knows.
usage: tidy.py [ROOT]   prints one "path:line: message" a finding; exit 1 if there are any

Rules: sizes of files and functions; who may include whom (src/layers.txt); no include cycles; every
src/x/y.cc is tested; banned words, each with its replacement; a header says what it is and has
`#pragma once`. tools/tidy_exceptions.txt lists the exceptions, each with its reason.
"""

import fnmatch
import pathlib
import re
import sys

FOLDERS = ("src", "include", "tests", "bench", "fuzz", "examples")
FILE_LINES_MAX = 400
TEST_LINES_MAX = 800
FUNCTION_LINES_MAX = 70

# (rule, pattern in code, folders it holds in, paths that are free of it, what to do instead)
BANNED = [
    ("throw", r"\bthrow\b", ("src", "include"), (), "return an Error (base/result.h)"),
    ("try", r"\btry\s*\{", ("src", "include"), (), "use Result and STRATA_TRY"),
    ("new", r"(?P<fine>unique_ptr<[^;()]*>\s*\w*\s*\(\s*|static [^;]*?)?\bnew\s+[A-Za-z_:]", ("src", "include"), (),
     "use std::make_unique, or std::unique_ptr<T>(new T) where the constructor is private"),
    ("delete", r"(?<!= )(?<!operator )\bdelete\b", ("src", "include"), (), "let a unique_ptr own it"),
    ("sleep", r"\b(sleep_for|sleep_until|usleep|nanosleep)\b", ("src", "include", "tests"),
     ("src/io/",), "use WaitUntil (io/executor.h)"),
    ("clock", r"\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday)\b",
     ("src", "include", "tests"), ("src/io/",), "use Clock (io/clock.h)"),
    ("random", r"\b(s?rand\(|random_device|mt19937)", ("src", "include", "tests"),
     ("src/base/random",), "use a seeded Random (base/random.h), passed in"),
    ("thread", r"\bstd::(j?thread|(shared_|recursive_|timed_)?mutex|condition_variable(_any)?|lock_guard"
     r"|unique_lock|scoped_lock|shared_lock)\b", ("src", "include"), ("src/io/",),
     "use Mutex (io/mutex.h) and Executor (io/executor.h)"),
    ("file", r"\b(std::[io]?fstream|std::filesystem|fopen\()", ("src", "include"), ("src/io/",),
     "use FileSystem (io/file_system.h)"),
    ("volatile", r"\bvolatile\b", FOLDERS, (), "use std::atomic"),
    ("if0", r"^\s*#\s*if\s+0\b", FOLDERS, (), "delete the code; git remembers it"),
]
BANNED_IN_COMMENTS = [
    ("fixme", r"\bFIXME\b", "fix it, or open an issue and write TODO(#number)"),
    ("todo", r"\bTODO\b(?!\(#\d+\))", "write TODO(#number), the number of its issue"),
]

TOKENS = re.compile(r'R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\''
                    r'|//[^\n]*|/\*.*?\*/', re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
NO_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|extern|if|for|while|switch|do|else|"
                         r"return|case|#|\}|//|static_assert|using|[A-Z_]+_CASE|TEMPLATE)\b")


def code_of(text):
    """The text with comments and string contents blanked; every line keeps its number."""
    return TOKENS.sub(lambda token: ("" if token[0][0] == "/" else '""') + "\n" * token[0].count("\n"), text)


class Tree:
    """The sources under a root, and the findings about them."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files = {path.relative_to(self.root).as_posix(): path.read_text(encoding="utf-8")
                      for folder in FOLDERS for path in sorted((self.root / folder).rglob("*"))
                      if path.suffix in (".h", ".cc")}
        self.includes = {name: INCLUDE.findall(text) for name, text in self.files.items()}
        self.findings = []
        self.exceptions = self.read_exceptions()

    def read_exceptions(self):
        path, exceptions = self.root / "tools/tidy_exceptions.txt", set()
        for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
            words = line.split(None, 2)
            if len(words) == 3:
                exceptions.add((words[0], words[1]))
            elif words and not line.startswith("#"):
                self.findings.append(f"{path.name}:{number}: write: rule path reason")
        return exceptions

    def report(self, rule, name, line, message):
        if not any(rule == r and fnmatch.fnmatch(name, path) for r, path in self.exceptions):
            self.findings.append(f"{name}:{line}: {message} [{rule}]")

    def resolve(self, include):
        paths = [folder + include for folder in ("src/", "include/", "tests/")]
        return next((path for path in paths if path in self.files), None)

    def check_sizes(self):
        for name, text in self.files.items():
            limit = TEST_LINES_MAX if name.startswith("tests/") else FILE_LINES_MAX
            if (lines := text.count("\n")) > limit:
                self.report("file-size", name, 1, f"{lines} lines; the limit is {limit}")
            for start, length in functions(code_of(text).splitlines()):
                if length > FUNCTION_LINES_MAX and not name.startswith("tests/"):
                    self.report("function-size", name, start + 1,
                                f"a function of {length} lines; the limit is {FUNCTION_LINES_MAX}")

    def check_headers(self):
        for name, text in self.files.items():
            if name.endswith(".h") and not re.search(r"^#pragma once$", text, re.M):
                self.report("header", name, 1, "a header needs #pragma once")
            if re.match(r"(src|include)/.*\.h$", name) and not text.startswith("//"):
                self.report("header", name, 1, "begin with a comment that says what this is")

    def check_layers(self):
        path = self.root / "src/layers.txt"
        lines = re.findall(r"^(\w+):([^#\n]*)", path.read_text() if path.exists() else "", re.M)
        layers = {module: below.split() for module, below in lines}
        for name in self.files:
            module = name.split("/")[1]
            if name.startswith("src/") and module not in layers:
                self.report("layers", name, 1, f"src/layers.txt does not list the module {module}")
            for include in self.includes[name]:
                self.check_include(name, include, layers)

    def check_include(self, name, include, layers):
        target = self.resolve(include) or ""
        line = self.files[name][:self.files[name].index(f'"{include}"')].count("\n") + 1
        if name.startswith("include/") and not target.startswith("include/"):
            self.report("layers", name, line, f'a public header may not include "{include}"')
        made = include.endswith(".pb.h")  # By the build, of a .proto file.
        if not name.startswith("src/") or target.startswith("include/") or made:
            return
        module, below = name.split("/")[1], include.split("/")[0]
        if not target:
            self.report("layers", name, line, f'there is no "{include}" under src/ or include/')
        elif target.startswith("tests/") or (below != module and below not in layers.get(module, [])
                                             and layers.get(module) != ["*"]):
            self.report("layers", name, line, f"{module} may not include {below} (src/layers.txt)")

    def check_cycles(self):
        done, path = set(), []

        def visit(name):
            if name in path:
                cycle = path[path.index(name):] + [name]
                self.report("cycle", name, 1, "include cycle: " + " -> ".join(cycle))
            elif name not in done:
                path.append(name)
                for include in self.includes[name]:
                    if target := self.resolve(include):
                        visit(target)
                done.add(path.pop())
        for name in self.files:
            visit(name)

    def check_tested(self):
        """Tested: the headers that tests include, and what stands behind them in the same module."""
        reached = {self.resolve(include) for name in self.files if name.startswith("tests/")
                   for include in self.includes[name]}
        sources = {name: {f for f in map(self.resolve, self.includes[name]) if f}
                   for name in self.files if name.startswith("src/")}
        for _ in sources:  # Often enough to reach all that can be.
            for name, headers in sources.items():
                near = {header for header in headers if header.split("/")[:2] == name.split("/")[:2]}
                own = {name[:-len("cc")] + "h", re.sub(r".*/(.*)\.cc", r"include/strata/\1.h", name)}
                if reached & (own & self.files.keys() or near) or name in reached:
                    reached |= near | {name}
        for name in sources:
            test = re.sub(r"^src/(\w+)/(?:.*/)?(.*)\.cc$", r"tests/\1/\2_test.cc", name)
            if name.endswith(".cc") and name not in reached and test not in self.files:
                self.report("untested", name, 1, f"no test reaches it: write {test}, or include its "
                            "header in a test, or give the reason in tools/tidy_exceptions.txt")

    def check_words(self):
        for name, text in self.files.items():
            code = code_of(text)
            rules = [(rule, pattern, code, f"this {rule} is banned: {advice}")
                     for rule, pattern, folders, free, advice in BANNED
                     if name.split("/")[0] in folders and not name.startswith(free)]
            rules += [(rule, pattern, text, advice) for rule, pattern, advice in BANNED_IN_COMMENTS]
            for rule, pattern, where, message in rules:
                for match in re.finditer(pattern, where, re.M):
                    if not match.groupdict().get("fine"):
                        self.report(rule, name, where[:match.end()].count("\n") + 1, message)


def functions(lines):
    """(start, length) of each function body, by the indentation that clang-format gives."""
    for start, line in enumerate(lines[:-1]):
        if line.rstrip().endswith("{") and ")" in line and not NO_FUNCTION.match(line):
            inside = len(lines[start + 1]) - len(lines[start + 1].lstrip())
            for end in range(start + 1, len(lines)):
                if lines[end].startswith(" " * (inside - 2) + "}"):
                    yield start, end - start + 1
                    break


def tidy(root):
    tree = Tree(root)
    for check in (tree.check_sizes, tree.check_headers, tree.check_layers, tree.check_cycles,
                  tree.check_tested, tree.check_words):
        check()
    return tree.findings


if __name__ == "__main__":
    all_findings = tidy(sys.argv[1] if len(sys.argv) > 1 else ".")
    print(*all_findings, f"tidy: {len(all_findings)} findings", sep="\n")
    sys.exit(1 if all_findings else 0)
