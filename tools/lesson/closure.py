"""Which files of a tree a built program comes from, by what the compiler and the linker wrote down.

What a test program does depends on its closure: the sources of the objects in it and all that they
include, the flags they were compiled with, and the files that its tests read (golden scripts,
documents). While that is the same, what it did is what it does.
"""

import hashlib
import os
import re
import subprocess

from .errors import LessonError

_BUILD = re.compile(r"^build (\S+)[^:]*: (\S+) ?(.*)$")  # Byproducts follow the output.
_LITERAL = re.compile(rb'"([\w./-]+)"')
# Where a test looks for a file that it names in a literal.
_READ_FROM = ("", "tests/scripts/", "tests/scripts/{module}/")


def parse_graph(text):
    """{output: (rule, [explicit inputs], {variable: value})} of a build.ninja."""
    graph, variables = {}, None
    for line in text.replace("$\n", "").split("\n"):
        found = _BUILD.match(line)
        if found:
            variables = {}
            inputs = re.split(r" \|\|? ", " " + found.group(3))[0].split()
            graph[found.group(1)] = (found.group(2), inputs, variables)
        elif line.startswith("  ") and variables is not None:
            name, _, value = line.strip().partition(" = ")
            variables[name] = value
        else:
            variables = None
    return graph


def parse_deps(text):
    """{object: [paths]} of `ninja -t deps`."""
    deps, current = {}, None
    for line in text.split("\n"):
        if line.startswith("    "):
            current.append(line.strip())
        elif ": #deps" in line:
            current = deps.setdefault(line.split(": #deps")[0], [])
    return deps


def parse_map(data):
    """{archive: {members}} that a linker's map names, as /x/libstrata.a(block.cc.o). A map has
    megabytes, so this looks at nothing but the places with `.a(`."""
    taken = {}
    pieces = data.split(b".a(")
    for before, after in zip(pieces, pieces[1:]):
        name = before[max(before.rfind(sign) for sign in (b"/", b" ", b"\t", b"\n")) + 1:].decode()
        taken.setdefault(f"{name}.a", set()).add(after[:after.find(b")")].decode())
    return taken


class Closures:
    """The closures of the programs of one build, as they were when it was made."""

    def __init__(self, build, files):
        self._tree, self._folder, self._files = build.tree.resolve(), build.folder.resolve(), files
        self._graph = parse_graph((self._folder / "build.ninja").read_text())
        done = subprocess.run(["ninja", "-C", str(self._folder), "-t", "deps"], capture_output=True,
                              check=True)
        self._deps = parse_deps(done.stdout.decode(errors="surrogateescape"))
        self._targets = {output: rule for output, (rule, _, _) in self._graph.items()
                         if "_EXECUTABLE_LINKER__" in rule}
        self._folders = {path[:at + 1] for path in files for at, sign in enumerate(path) if sign == "/"}
        self._objects, self._found, self._digests = {}, {}, {}

    def key(self, program, more=""):
        """A hash of all that the outcome of `program`, bin/tests/strata_test_sst, depends on."""
        total = hashlib.sha256(f"{program} {more}\0".encode())
        paths, flags = self.of(program)
        for path in sorted(paths):
            total.update(f"{path}\0".encode() + self._digest(path))
        for line in sorted(flags):
            total.update(line.encode())
        return total.hexdigest()[:16]

    def of(self, program):
        """(paths of the tree, flags) of a program."""
        if program not in self._found:
            self._found[program] = self._of(program)
        return self._found[program]

    def _of(self, program):
        paths, flags, tests = set(), set(), set()
        if program not in self._targets:
            raise LessonError(program, "the build has no such program", "so nothing can be told of it")
        for item in self._all_objects(program):
            mine, line = self._object(item)
            paths |= mine
            flags.add(line)
        own = [item for item in self._graph[program][1] if item.endswith(".o")]
        for item in own:
            tests |= {path for path in self._object(item)[0] if path.startswith("tests/")}
            if "STRATA_PROGRAM=" in self._object(item)[1]:
                more, others = self.of("bin/strata")
                paths, flags = paths | more, flags | others
        return paths | self._read_by(tests, program), flags

    def _all_objects(self, program):
        """The objects named on the link line, and the members of archives that the linker took."""
        target = self._targets[program].split("_EXECUTABLE_LINKER__")[1].rsplit("_", 1)[0]
        objects = {item for item in self._graph[program][1] if item.endswith(".o")}
        taken = parse_map((self._folder / "maps" / f"{target}.map").read_bytes())
        for archive, (rule, inputs, _) in self._graph.items():
            if "_STATIC_LIBRARY_LINKER__" in rule:
                names = taken.get(archive.rsplit("/", 1)[-1], ())
                # Two members may have one name; then both count.
                objects |= {item for item in inputs if item.rsplit("/", 1)[-1] in names}
        return objects

    def _object(self, item):
        """(paths of the tree, flags) of an object."""
        if item not in self._objects:
            paths = {self._inside(path) for path in self._deps.get(item, ())}
            _, inputs, variables = self._graph[item]
            paths |= {self._inside(path) for path in inputs}
            line = f'{variables.get("DEFINES", "")} {variables.get("FLAGS", "")}'
            self._objects[item] = ({path for path in paths if path in self._files},
                                   line.replace(str(self._tree), "."))
        return self._objects[item]

    def _inside(self, path):
        """The path of a file of the tree from its top; anything else stays what it is."""
        whole = os.path.normpath(os.path.join(self._folder, path))
        return whole.removeprefix(f"{self._tree}/")

    def _read_by(self, tests, program):
        """The files and folders of the tree that literals in the tests name."""
        module = program.removeprefix("bin/tests/strata_test_")
        found = set()
        for path in tests:
            for literal in _LITERAL.findall(self._files[path].data):
                for place in _READ_FROM:
                    name = place.format(module=module) + literal.decode()
                    found |= self._below(name)
        return found

    def _below(self, name):
        """The file of that name, or the files in the folder of that name."""
        if name in self._files:
            return {name}
        folder = name.rstrip("/") + "/"
        if folder not in self._folders:
            return set()
        return {path for path in self._files if path.startswith(folder)}

    def _digest(self, path):
        if path not in self._digests:
            self._digests[path] = hashlib.sha256(self._files[path].data).digest()
        return self._digests[path]
