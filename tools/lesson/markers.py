"""Parses the markers of a source file and renders the file as one lesson has it.

Grammar (the comment leader is // in C++; # in Python, CMake, shell, TOML, text; <!--@...--> in
Markdown):

    code  //@L07                 the line exists from lesson 07 on
    //| code  //@L05..11         one superseded line: exists in lessons 05 to 11
    //@L12{ ... //@}             a region that exists from lesson 12 on
    //@L05..11{ ... //@}         superseded code; every line inside is a //| comment on main
    //@L05..11+{ ... //@}        the same, and in the starter of lesson 12 too
    //@solve 12.3 "title" inert(statements) uses(a, b) ... //@}     a learner's task
"""

import re
from dataclasses import dataclass, field

from .errors import LessonError

COMMON_BASE = 0
STUB_INCLUDE = '#include "base/lesson.h"'

_SLASH = (".cc", ".h", ".cpp", ".hpp", ".c", ".proto", ".js", ".mjs", ".css")
_HASH = (".py", ".cmake", ".txt", ".toml", ".sh", ".yml", ".yaml", ".conf", ".md")


def leaders(path):
    """The comment leaders that can carry markers in the file at `path`; () for none."""
    name = path.rsplit("/", 1)[-1]
    if name.endswith(_SLASH):
        return ("//",)
    if name.endswith(".md"):
        return ("<!--", "#")
    if name.endswith(_HASH) or "." not in name.lstrip("."):
        return ("#",)
    return ()


@dataclass
class Text:
    line: str


@dataclass
class Region:
    number: int       # The line of the marker, for messages.
    low: int
    high: int | None  # None: to the end of the series.
    held: bool        # `+`: the starter of lesson high + 1 still has it.
    body: list = field(default_factory=list)

    def alive(self, lesson, starter):
        if self.high is None:
            return lesson >= self.low
        return self.low <= lesson <= self.high or (
            self.held and starter and lesson == self.high + 1)


@dataclass
class Solve:
    number: int
    task: str
    title: str
    indent: str
    inert: str | None
    uses: list[str]
    body: list = field(default_factory=list)

    @property
    def lesson(self):
        return int(self.task.split(".")[0])


@dataclass
class Source:
    """A parsed file, and what gate 5 counts in it."""

    path: str
    nodes: list
    lines: int
    marker_lines: int
    superseded_lines: int
    leader: str
    tail: str  # What followed the last newline of the file.

    def solves(self):
        return list(_solves(self.nodes))


def _solves(nodes):
    """The tasks among the nodes and in them, in order."""
    for node in nodes:
        if isinstance(node, Solve):
            yield node
        if not isinstance(node, Text):
            yield from _solves(node.body)


_SUSPECT = {lead: re.compile(re.escape(lead) + r"\s*(@\s*(L\s*\d|solve\b|\}|\{)|\|)")
            for lead in ("//", "#", "<!--")}
_MARK = {"//": re.compile(r"//@(.*)$"), "#": re.compile(r"#@(.*)$"),
         "<!--": re.compile(r"<!--@(.*?)-->\s*$")}
_LEVEL = re.compile(r"L(\d\d)(?:\.\.(\d\d)(\+)?)?(\{)?")
_SOLVE = re.compile(r'solve\s+(\d+\.\d+)\s+"([^"\\]+)"\s*(.*)')


def has_markers(path, text):
    return any(_SUSPECT[lead].search(text) for lead in leaders(path))


def parse(path, text, base=COMMON_BASE, last=99):
    """Returns the Source of a file that lesson `base` adds, in a series of `last` lessons."""
    lines = text.split("\n")
    tail = lines.pop()
    numbered = list(enumerate(lines, start=1))
    if tail:
        numbered.append((len(lines) + 1, tail))
    parser = _Parser(path, base, last)
    nodes = parser.block(numbered, base)
    return Source(path, nodes, len(numbered), parser.marks, parser.superseded,
                  (leaders(path) or ("//",))[0], tail)


class _Parser:
    def __init__(self, path, base, last):
        self.path, self.last, self.base = path, last, base
        self.leads = leaders(path)
        self.marks = self.superseded = 0

    def fail(self, number, problem, remedy):
        raise LessonError(f"{self.path}:{number}", problem, remedy)

    def block(self, lines, base):
        """Parses lines of one nesting level; `base` is the first lesson that can have them."""
        root = []
        stack = [(None, root, base)]
        for number, line in lines:
            node, body, low = stack[-1]
            code, mark, lead = self.split(number, line)
            quoted = self.quoted(line)
            if mark is None and quoted is None:
                if isinstance(node, Region) and node.high is not None and line.strip():
                    self.fail(number, "live code in a superseded region",
                              f"start the line with `{self.leads[0]}|`, or close the region first")
                body.append(Text(line))
                continue
            if mark is None or (quoted is not None and isinstance(node, Region)
                                and node.high is not None):
                if not (isinstance(node, Region) and node.high is not None):
                    self.fail(number, f"a `{self.leads[0]}|` line outside a superseded region",
                              f"add `{self.leads[0]}@LNN..MM` at its end, or put it in a region "
                              f"`{self.leads[0]}@LNN..MM{{`")
                self.superseded += 1
                body.append((number, quoted))
                continue
            self.marks += 1
            if mark == "}":
                self.close(number, code, stack)
            elif mark.startswith("solve"):
                solve = self.solve(number, line, code, mark, lead, low)
                body.append(solve)
                stack.append((solve, solve.body, low))
            else:
                self.level(number, line, code, mark, quoted, stack)
        if len(stack) > 1:
            opener = stack[-1][0]
            self.fail(opener.number, "this marker is never closed",
                      f"add `{self.leads[0]}@}}` after its last line")
        return root

    def split(self, number, line):
        """Returns (code, marker or None, leader) of a line."""
        for lead in self.leads:
            if not _SUSPECT[lead].search(line) and f"{lead}@" not in line:
                continue
            found = _MARK[lead].search(line)
            if found:
                mark = found.group(1).strip()
                if re.match(r"L\s*\d|solve\b|\}|\{", mark) or lead != "#":
                    return line[:found.start()].rstrip(), mark, lead
            elif re.search(re.escape(lead) + r"\s*@\s*(L\s*\d|solve\b|\}|\{)", line):
                self.fail(number, "a marker with a space in it",
                          f"write `{lead}@` with nothing between, as in `{lead}@L07`")
        return line, None, ""

    def quoted(self, line):
        """The code of a `//| code` line, with the line's own indent; else None."""
        for lead in self.leads:
            found = re.match(r"(\s*)" + re.escape(lead) + r"\| ?(.*)$", line)
            if found:
                code = found.group(2)
                if lead == "<!--":
                    code = re.sub(r"\s*-->\s*$", "", code)
                return (found.group(1) + code) if code.strip() else ""
        return None

    def level(self, number, line, code, mark, quoted, stack):
        found = _LEVEL.fullmatch(mark)
        _, body, low = stack[-1]
        if not found:
            self.fail(number, f"unknown marker `@{mark}`",
                      "use @L07, @L07{, @L05..11{, @}, or @solve 7.1 \"title\"")
        first, last, held, opens = found.groups()
        first, last = int(first), int(last) if last else None
        self.check_range(number, mark, first, last, low)
        if opens:
            if code.strip():
                self.fail(number, "code before a marker that opens a region",
                          "put the marker on a line of its own")
            region = Region(number, first, last, bool(held))
            body.append(region)
            stack.append((region, region.body, first))
            return
        if last is None:
            if quoted is not None:
                self.fail(number, "a superseded line without an end",
                          f"write the range: {self.leads[0]}@L{first:02d}..MM")
            if not code.strip():
                self.fail(number, "a trailing marker on a line without code",
                          f"put it at the end of a code line, or open a region with @L{first:02d}{{")
            body.append(Region(number, first, None, False, [Text(code)]))
            return
        if quoted is None:
            self.fail(number, "a range on live code",
                      f"code that lesson {last + 1:02d} drops is a comment on main: "
                      f"`{self.leads[0]}| code  {self.leads[0]}@{mark}`")
        self.superseded += 1
        code_line = self.quoted(code) or ""
        inner = self.block([(number, code_line)], first)
        body.append(Region(number, first, last, bool(held), inner))

    def check_range(self, number, mark, first, last, low):
        if first > self.last:
            self.fail(number, f"`@{mark}`: the series has {self.last} lessons",
                      "add the lesson to lessons/lessons.toml, or correct the number")
        if last is not None and last < first:
            self.fail(number, f"`@{mark}`: the range is empty", "write it as @LNN..MM with NN <= MM")
        if last is not None and last >= self.last:
            self.fail(number, f"`@{mark}` reaches the last lesson, yet its code is a comment on main",
                      "make it live code, or end the range before the lesson that replaces it")
        if first < low or (first == low and last is None and low != COMMON_BASE):
            self.fail(number, f"`@{mark}` in code that lesson {low:02d} brings",
                      "drop the marker; markers are for later lessons only")

    def close(self, number, code, stack):
        if code.strip():
            self.fail(number, "code before `@}`", "put `@}` on a line of its own")
        if len(stack) == 1:
            self.fail(number, "`@}` closes nothing", "remove it, or add the marker that opens here")
        node, body, _ = stack.pop()
        if isinstance(node, Region) and node.high is not None:
            inner = [item for item in body if isinstance(item, tuple)]
            if not inner:
                self.fail(node.number, "an empty superseded region", "remove it")
            node.body = self.block(inner, node.low)
        elif not body:
            self.fail(node.number, "an empty region", "remove it, or put the code inside")

    def solve(self, number, line, code, mark, lead, low):
        if code.strip():
            self.fail(number, "code before `@solve`", "put the marker on a line of its own")
        if lead != "//":
            self.fail(number, "a task in a file that is not C++", "tasks live in .cc and .h files")
        found = _SOLVE.fullmatch(mark)
        if not found:
            self.fail(number, f"malformed `@{mark}`",
                      'write @solve 12.3 "ask the filter first" inert(...) uses(a, b)')
        task, title, rest = found.groups()
        if task.startswith("0"):
            self.fail(number, f"task {task} begins with a zero", f"write it {task.lstrip('0')}")
        inert, uses = self.options(number, rest)
        if int(task.split(".")[0]) != low:
            self.fail(number, f"task {task} in code that lesson {low:02d} brings",
                      f"number it {low}.x, or put it in a region "
                      f"`//@L{int(task.split('.')[0]):02d}{{`")
        indent = line[:len(line) - len(line.lstrip())]
        return Solve(number, task, title, indent, inert, uses)

    def options(self, number, rest):
        inert, uses = None, []
        while rest:
            found = re.match(r"(inert|uses)\(", rest)
            end = _closing(rest, found.end() - 1) if found else -1
            if end < 0:
                self.fail(number, f"cannot read `{rest}` after the title",
                          "only inert(statements) and uses(name, name) may follow")
            inside = rest[found.end():end].strip()
            if found.group(1) == "inert":
                inert = inside
            else:
                uses = [name.strip() for name in inside.split(",") if name.strip()]
            rest = rest[end + 1:].strip()
        return inert, uses


def _closing(text, start):
    """The index of the parenthesis that closes the one at `start`, or -1."""
    depth = 0
    for i in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    return -1


# ---------------------------------------------------------------- rendering

_CUT = object()  # Stands where a marker or a removed line was.


def render(source, lesson, starter=False, answered=frozenset()):
    """Returns the text of the file in lesson `lesson`, or in that lesson's starter; of the
    starter's tasks those in `answered` are done."""
    out = []
    stubs = _emit(source.nodes, lesson, starter, out, answered)
    lines = _squeeze(out)
    if stubs:
        lines = _with_include(lines, source.path)
    text = "\n".join(lines)
    return text + "\n" if lines and not source.tail else text


def _emit(nodes, lesson, starter, out, answered):
    stubs = False
    for i, node in enumerate(nodes):
        if isinstance(node, Text):
            out.append(node.line)
            continue
        out.append(_CUT)
        if isinstance(node, Solve):
            if starter and node.lesson == lesson and node.task not in answered:
                stubs |= _stub(node, out)
            else:
                stubs |= _emit(node.body, lesson, starter, out, answered)
        elif node.alive(lesson, starter) and not _is_replaced(node, nodes[i + 1:], lesson, answered):
            stubs |= _emit(node.body, lesson, starter, out, answered)
        out.append(_CUT)
    return stubs


def _is_replaced(region, after, lesson, answered):
    """Whether the starter keeps this older code only until a task that is answered: the next one."""
    if region.alive(lesson, starter=False):
        return False
    following = next((solve for solve in _solves(after) if solve.lesson == lesson), None)
    return following is not None and following.task in answered


def _stub(solve, out):
    """Puts the task's stand-in; returns whether it calls YoursToWrite."""
    names = list(dict.fromkeys(_parameters(out) + solve.uses))
    spoken = solve.inert or ""
    out.append(f"{solve.indent}// Task {solve.task}: {solve.title}.")
    for name in names:
        if not re.search(rf"\b{re.escape(name)}\b", spoken):
            out.append(f"{solve.indent}(void){name};")
    if solve.inert is not None:
        if solve.inert:
            out.append(f"{solve.indent}{solve.inert}")
        return False
    call = f'{solve.indent}strata::lesson::YoursToWrite("{solve.task}", "{solve.title}");'
    if len(call) > 100:
        call = call.replace('", "', f'",\n{solve.indent}' + " " * 29 + '"', 1)
    out.append(call)
    return True


_NOT_FUNCTIONS = {"if", "while", "for", "switch", "catch", "return", "sizeof", "decltype"}
_NOT_NAMES = {"const", "int", "char", "bool", "unsigned", "long", "short", "double", "float", "auto",
              "void", "size_t", "signed", "volatile", "struct", "class", "enum", "typename"}


def _parameters(out):
    """Names of the parameters of the function whose body starts at the end of `out`, else []."""
    lines = [line for line in out if line is not _CUT]
    if not lines or not lines[-1].rstrip().endswith("{"):
        return []
    head = [lines[-1].rstrip()[:-1]]
    for line in reversed(lines[:-1]):
        text = line.strip()
        if not text or text.startswith(("#", "//")) or text.endswith((";", "}", "{", ":", ">")):
            break
        head.insert(0, text)
    return parameter_names(" ".join(head))


def parameter_names(signature):
    """Names of the parameters in a C++ function's signature; unnamed ones are left out."""
    signature = re.sub(r"/\*.*?\*/", "", signature)
    depth, start = 0, -1
    for i, sign in enumerate(signature):
        if sign == "<":
            depth += 1
        elif sign == ">" and signature[i - 1] != "-":
            depth = max(0, depth - 1)
        elif sign == "(" and depth == 0:
            start = i
            break
    if start < 0:
        return []
    before = re.search(r"([\w~]+|\])\s*$", signature[:start])
    if not before or before.group(1) in _NOT_FUNCTIONS:
        return []
    end = _closing(signature, start)
    names = []
    for part in _split_commas(signature[start + 1:end]):
        part = part.split("=")[0].strip()
        found = re.search(r"([A-Za-z_]\w*)\s*(?:\[\w*\])?$", part)
        if not found or found.group(1) in _NOT_NAMES:
            continue
        kind = part[:found.start()].strip()
        words = re.findall(r"[\w:<>&*]+", kind)
        if kind and not kind.endswith("::") and any(word not in {"const", "struct", "class", "enum"}
                                                    for word in words):
            names.append(found.group(1))
    return names


def _split_commas(text):
    parts, depth, current = [], 0, ""
    for sign in text:
        depth += {"(": 1, "<": 1, "[": 1, "{": 1, ")": -1, ">": -1, "]": -1, "}": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += sign
    return parts + [current] if current.strip() else parts


def _squeeze(out):
    """Drops the blank lines that a cut leaves over: doubled, after `{`, before `}`, at an end."""
    lines, cut = [], False
    for item in out:
        if item is _CUT:
            cut = True
            continue
        if cut:
            blank = not item.strip()
            after_open = bool(lines) and lines[-1].rstrip().endswith("{")
            if blank and (not lines or not lines[-1].strip() or after_open):
                continue  # Still at the cut: the next line is looked at in the same way.
            if item.lstrip().startswith("}"):
                while lines and not lines[-1].strip():
                    lines.pop()
        cut = False
        lines.append(item)
    if cut:
        while lines and not lines[-1].strip():
            lines.pop()
    return lines


def _with_include(lines, path):
    """Adds the include that the stubs need, sorted into the last group of the project's own."""
    if STUB_INCLUDE in lines:
        return lines
    depth, quoted, angled, pragma = 0, [], [], []
    for i, line in enumerate(lines):
        text = line.strip()
        if re.match(r"#\s*if", text):
            depth += 1
        elif re.match(r"#\s*endif", text):
            depth -= 1
        elif depth == 0 and text.startswith('#include "'):
            quoted.append(i)
        elif depth == 0 and text.startswith("#include <"):
            angled.append(i)
        elif text == "#pragma once":
            pragma.append(i)
    own = path.rsplit("/", 1)[-1].rsplit(".", 1)[0] + ".h"
    group = [i for i in quoted if i > quoted[-1] - (len(quoted)) and
             all(j in quoted for j in range(i, quoted[-1]))] if quoted else []
    if group and not (len(group) == 1 and lines[group[0]].endswith(f'{own}"')):
        place = next((i for i in group if lines[i] > STUB_INCLUDE), group[-1] + 1)
        return lines[:place] + [STUB_INCLUDE] + lines[place:]
    place = max(quoted + angled + pragma, default=-1) + 1
    before = [""] if place else []
    after = [""] if place < len(lines) and lines[place].strip() else []
    return lines[:place] + before + [STUB_INCLUDE] + after + lines[place:]
