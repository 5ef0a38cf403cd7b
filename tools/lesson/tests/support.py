"""A toy series of two lessons, with its own build and a test framework of thirty lines."""

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOOLS))

from lesson import head, layers, slicer, weave  # noqa: E402

MANIFEST = """
common = ["CMakeLists.txt", "lesson", "tests/testing/**", "lessons/lessons.toml", "tools/**"]

[[lesson]]
slug = "add"
title = "Addition"
part = "I"
learn = "add"
hours = 1
difficulty = 1
adds = ["src/base/*", "src/cli/main.cc", "src/toy/add.*", "tests/toy/add_test.cc",
        "bench/add_bench.cc", "lessons/past/src/toy/old.cc"]

[[lesson]]
slug = "mul"
title = "Multiplication"
part = "I"
note = "Multiplies."
needs = ["add"]
adds = ["src/toy/mul.*", "src/toy/old.cc", "tests/toy/mul_test.cc", "bench/mul_bench.cc"]
removes = ["lessons/past/src/toy/old.cc"]
green_in_starter = [{test = "zero times zero is zero", reason = "the inert value is zero"}]
"""

FILES = {
    "CMakeLists.txt": """
cmake_minimum_required(VERSION 3.20)
project(Toy CXX)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O0")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
add_compile_options(-Wall -Wextra -Werror)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/maps)
add_link_options(LINKER:-Map=${CMAKE_BINARY_DIR}/maps/$<TARGET_PROPERTY:NAME>.map)
file(GLOB code CONFIGURE_DEPENDS src/base/*.cc src/toy/*.cc)
file(GLOB tests CONFIGURE_DEPENDS tests/toy/*_test.cc)
file(GLOB benches CONFIGURE_DEPENDS bench/*_bench.cc)
include_directories(src tests)
add_library(toy STATIC ${code})
add_executable(strata src/cli/main.cc)
target_link_libraries(strata toy)
add_executable(strata_test_toy ${tests} tests/testing/main.cc)
target_link_libraries(strata_test_toy toy)
set_target_properties(strata_test_toy PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/tests)
foreach(bench IN LISTS benches)
  cmake_path(GET bench STEM name)
  add_executable(bench_${name} ${bench})
  set_target_properties(bench_${name} PROPERTIES OUTPUT_NAME ${name}
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/bench)
endforeach()
""",
    "tools/note.txt": "A file of every lesson.\n",
    "lesson": "#!/usr/bin/env python3\n",
    "src/toy/add.h": "#pragma once\n\nint Add(int a, int b);\nint Twice(int a);\n"
                     "int Old();\nint Kept(int a);\n",
    "lessons/past/src/toy/old.cc": '#include "toy/add.h"\n\nint Old() { return 1; }\n',
    "src/toy/old.cc": '#include "toy/add.h"\n\nint Old() { return 2; }\n',
    "src/toy/mul.h": "#pragma once\n\n// The product.\nint Mul(int a, int b);\nint Square(int a);\n",
    "tests/testing/tiny.h": """#pragma once
#include <stdio.h>
#include <stdlib.h>
struct Case {
  const char* name; const char* tags; void (*run)(); Case* next;
  static inline Case* first = nullptr;
  Case(const char* n, const char* t, void (*r)()) : name(n), tags(t), run(r), next(first) { first = this; }
};
#define CHECK(x) do { if (!(x)) { printf("CHECK( %s )\\n", #x); exit(1); } } while (false)
#define CAT2(a, b) a##b
#define CAT(a, b) CAT2(a, b)
#define CASE(name, tags) static void CAT(F, __LINE__)(); \\
  static Case CAT(c, __LINE__)(name, tags, CAT(F, __LINE__)); static void CAT(F, __LINE__)()
""",
    "tests/testing/main.cc": """#include "testing/tiny.h"
#include <string.h>
int main(int argc, char** argv) {
  bool list = !strcmp(argv[1], "--list-for-ctest");
  for (Case* c = Case::first; c; c = c->next) {
    if (list) { printf("%s\\t%s\\n", c->tags, c->name); continue; }
    char lesson[80] = "[";  // The first of its tags.
    strncat(lesson, c->tags, strcspn(c->tags, ","));
    strcat(lesson, "]");
    bool other = strncmp(c->tags, "slow", 4) && !strstr(argv[1], lesson);
    if (argc == 3 ? !strcmp(argv[2], c->name) : other) c->run();
  }
}
""",
    "tests/toy/add_test.cc": """#include "testing/tiny.h"
#include "toy/add.h"
CASE("two and three make five", "add") { CHECK(Add(2, 3) == 5); }
CASE("twice four is eight", "add") { CHECK(Twice(4) == 8); }
""",
    "tests/toy/mul_test.cc": """#include "testing/tiny.h"
#include "toy/mul.h"
CASE("two times three is six", "mul,mul.1") { CHECK(Mul(2, 3) == 6); }
CASE("the square of five is 25", "mul") { CHECK(Square(5) == 25); }
CASE("zero times zero is zero", "mul") { CHECK(Mul(0, 0) == 0); }
""",
    "bench/add_bench.cc": '#include <stdio.h>\nint main() { puts("BM_Add   1.5 ns"); }\n',
    "bench/mul_bench.cc": '#include <stdio.h>\nint main() { puts("BM_Mul   2.5 ns"); }\n',
}

SLUGS = {1: "add", 2: "mul"}
# Files that both lessons have a hand in; see woven_of.
SHARED = {
    "src/cli/main.cc": """
1 #include <stdio.h>
1
1 #include "toy/add.h"
2 #include "toy/mul.h"
1
1 int main() {
1   printf("2 and 3 make %d\\n", Add(2, 3));
2   printf("and %d\\n", Mul(2, 3));
1 }
""",
    "src/toy/add.cc": """
1 #include "toy/add.h"
1
1-1 int Kept(int a) { return a; }
2 int Kept(int a) { return a + 0; }
1
1 int Add(int a, int b) {
{1.1 "add the two"
1   return a + b;
}1.1
1 }
1
1 int Twice(int a) {
{1.2 "add it to itself"
1   return Add(a, a);
}1.2
1 }
""",
    "src/toy/mul.cc": """
2 #include "toy/mul.h"
2
2 static int Step(int sum, int a) { return sum + a; }
2
2 int Mul(int a, int b) {
{2.1 "add a, b times" inert(return 0;) uses(Step)
2   int sum = 0;
2   for (int i = 0; i < b; ++i) sum = Step(sum, a);
2   return sum;
}2.1
2 }
2
2 int Square(int a) {
{2.2 "a times a"
2   return Mul(a, a);
}2.2
2 }
""",
}


def woven_of(text, path="src/a.cc", base=1):
    """A Woven from lines like "7 code", "3-5 old code", "3-5+ held code", '{7.1 "title" inert(x;)' and
    "}7.1"."""
    items, tasks = [], {}
    for line in text.strip("\n").split("\n"):
        lessons, _, code = line.partition(" ")
        if lessons[0] == "{":
            lesson, place = lessons[1:].split(".")
            title, inert, uses = re.fullmatch(
                r'(?:"(.*?)")?(?: inert\((.*?)\))?(?: uses\((.*?)\))?', code).groups()
            tasks[lessons[1:]] = weave.Task(int(lesson), int(place), title or "do it", inert,
                                            uses.split(", ") if uses else [])
            items.append(weave.Mark(tasks[lessons[1:]], True))
        elif lessons[0] == "}":
            items.append(weave.Mark(tasks[lessons[1:]], False))
        else:
            low, _, high = lessons.rstrip("+").partition("-")
            items.append(weave.Line(code, int(low), int(high) if high else None, lessons[-1] == "+"))
    return weave.Woven(path, base, items)


def two_files(woven, slugs):
    """{path: text} of a Woven: main's text of the file, and its layer file if it has one."""
    files = {woven.path: weave.text_of([line.text for line in woven.main()])}
    layer = layers.write(woven, slugs)
    if layer:
        files[layers.path_of(woven.path)] = layer
    return files


def readme(number, title, tasks, extra=""):
    """A text that passes: filler, tasks with hints, answers."""
    lines = [f"# {title}", "", "word " * 950, ""]
    for task, (name, path) in tasks.items():
        lines += [f"### Task {task}: {name}", "", f"Change `{path}`.", ""]
        for hint in (1, 2, 3):
            lines += [f"<details><summary>Hint {hint}</summary>", "", f"Hint {hint} of {task}.",
                      "", "</details>", ""]
    lines += ["<details><summary>Answer</summary>", "Because.", "</details>", ""] * 3
    return "\n".join(lines) + extra + "\n"


TEXT1 = """
<details><summary>The answer, when you have yours</summary>

<!-- code: src/toy/add.cc Add -->
```cpp
int Add(int a, int b) {
  return a + b;
}
```

</details>

```console
$ strata
2 and ... make 5
```
"""

TEXT2 = """
```console lesson=add
$ strata
2 and 3 make 5
$ strata | wc -l
1
```

```console
$ strata
...
and 6
```
"""


def patch(files, path, old, new, mistake):
    """A mutant of the slice `files`."""
    before = files[path].data.decode()
    assert old in before
    diff = difflib.unified_diff(before.splitlines(True), before.replace(old, new).splitlines(True),
                                f"a/{path}", f"b/{path}")
    return f"# mistake: {mistake}\n" + "".join(diff)


def toy_files():
    """{path: text} of a series that passes every gate."""
    files = dict(FILES)
    for path, text in SHARED.items():
        files.update(two_files(woven_of(text, path, int(text[1])), SLUGS))
    files["lessons/lessons.toml"] = MANIFEST
    for name in ("lesson.h", "lesson.cc"):
        files[f"src/base/{name}"] = (TOOLS.parent / "src" / "base" / name).read_text()
    files["lessons/01-add/README.md"] = readme(1, "Addition", {
        "1.1": ("add the two", "src/toy/add.cc"), "1.2": ("add it to itself", "src/toy/add.cc")},
        TEXT1)
    files["lessons/02-mul/README.md"] = readme(2, "Multiplication", {
        "2.1": ("add a, b times", "src/toy/mul.cc"), "2.2": ("a times a", "src/toy/mul.cc")}, TEXT2)
    tree = tree_of(files)
    for lesson in tree.manifest.lessons:
        path = f"{lesson.folder}/README.md"
        title, rest = files[path].split("\n", 1)
        files[path] = "\n".join([title, "", *head.head(tree, lesson), rest])
    first, second = tree.slice(1), tree.slice(2)
    for name, change in (("minus", ("a + b", "a - b")), ("first", ("a + b", "a + b + b")),
                         ("once", ("Add(a, a)", "Add(a, 0)"))):
        files[f"lessons/01-add/mutants/{name}.patch"] = patch(first, "src/toy/add.cc", *change, name)
    for name, change in (("one-more", ("i < b", "i <= b")), ("sum", ("sum + a", "sum - a")),
                         ("start", ("sum = 0", "sum = 1"))):
        files[f"lessons/02-mul/mutants/{name}.patch"] = patch(second, "src/toy/mul.cc", *change, name)
    return files


def changed(files, changes):
    """The files with (path, old, new) changed; of a file that lessons share, in its text above."""
    files, shared = dict(files), {}
    for path, old, new in changes:
        text = shared.get(path) or SHARED.get(path) or files[path]
        assert old in text, (path, old)
        text = text.replace(old, new)
        if path in SHARED:
            shared[path] = text
            files.update(two_files(woven_of(text, path, int(text[1])), SLUGS))
        else:
            files[path] = text
    return files


def tree_of(files):
    return slicer.Tree({path: slicer.File(text.encode(), path == "lesson")
                        for path, text in files.items()})


def git(folder, *arguments, **options):
    return subprocess.run(
        ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main",
         "-C", str(folder), *arguments], check=True, capture_output=True, text=True, **options).stdout


class Repository:
    """A git repository of the toy series, with the real tool in it; use as a context."""

    def __init__(self, files=None, with_tool=True):
        self.files = files or toy_files()
        self.with_tool = with_tool

    def __enter__(self):
        self.top = Path(tempfile.mkdtemp(prefix="strata-lesson-test-"))
        self.root = self.top / "strata"
        self.root.mkdir()
        for path, text in self.files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text)
        if self.with_tool:
            shutil.copy2(TOOLS.parent / "lesson", self.root / "lesson")
            shutil.copytree(TOOLS / "lesson", self.root / "tools" / "lesson",
                            ignore=shutil.ignore_patterns("__pycache__", "tests"))
        (self.root / ".gitignore").write_text("/build/\n__pycache__/\n")
        git(self.top, "init", "-q", "strata")
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "-m", "main")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top)

    def lesson(self, *arguments, cwd=None, **environment):
        """Runs ./lesson; returns (status, output)."""
        done = subprocess.run([sys.executable, str((cwd or self.root) / "lesson"), *arguments],
                              capture_output=True, text=True, cwd=cwd or self.root,
                              env={**os.environ, **environment})
        return done.returncode, done.stdout + done.stderr
