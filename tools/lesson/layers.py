"""Layer files: which lesson brings which lines of a file, told beside it.

`lessons/layers/src/sst/reader.cc.layer` names the places in src/sst/reader.cc where something begins
or ends that belongs to later lessons than the file itself, in the order of the file:

    layers 1
    of src/sst/reader.cc

    bloom-filters 3f9ac1                      this line is there from that lesson on

    compression from 77c0aa                   so are the lines from this one
    compression to 1b42bb+1~7d                to that one

    past sorted-tables..block-cache after 90de11      lines that these lessons had; main hasn't
    |  return ReadBlock(handle, options);

    task bloom-filters.2 from a41c00 "ask the filter first" inert(++probes;) uses(helper)
    task bloom-filters.2 to c9f011            a task's answer

A place is the hash of a line that occurs once in the file. A line that doesn't (a brace, a blank) is
named by one that does, with the distance: `1b42bb+1~7d` is the line after it, and its own hash
begins with 7d. `top` is before the first line. So an edit elsewhere changes nothing here, and two people's edits merge. `+` after
the lessons of a `past` keeps it in the starter of the lesson after them.
"""

import hashlib
import re

from .errors import LessonError
from .stubs import closing
from .weave import Line, Mark, Task, Woven

FOLDER = "lessons/layers/"
SUFFIX = ".layer"
_HEAD = "layers 1"


def path_of(source):
    return FOLDER + source + SUFFIX


def source_of(path):
    """The file that a layer file is about, or None if it is none."""
    if path.startswith(FOLDER) and path.endswith(SUFFIX):
        return path[len(FOLDER):-len(SUFFIX)]
    return None


# ---------------------------------------------------------------- places


def line_hash(text):
    return hashlib.blake2b(text.encode(), digest_size=3).hexdigest()


class Places:
    """Names the lines of a file, and finds them by their names."""

    def __init__(self, lines):
        self.hashes = [line_hash(line) for line in lines]
        counts = {}
        for i, value in enumerate(self.hashes):
            counts.setdefault(value, []).append(i)
        self.once = {value: at[0] for value, at in counts.items() if len(at) == 1}
        # What occurs once, and is likely to stay alone.
        self.marks = [i for i, line in enumerate(lines)
                      if self.hashes[i] in self.once and len(re.sub(r"\W", "", line)) >= 6]

    def name(self, index):
        own = self.hashes[index]
        if own in self.once and index in self.marks:
            return own
        mark = min(self.marks, key=lambda at: (abs(at - index), at), default=None)
        if mark is None:
            return f"@{index + 1}~{own[:2]}"
        return f"{self.hashes[mark]}{index - mark:+d}~{own[:2]}"

    def find(self, name):
        """The index of the line, or None."""
        found = re.fullmatch(r"(?:@(\d+)|([0-9a-f]{6})([+-]\d+)?)(?:~([0-9a-f]{2}))?", name)
        if not found:
            return None
        line, value, distance, check = found.groups()
        index = int(line) - 1 if line else self.once.get(value)
        if index is None:
            return None
        index += int(distance or 0)
        if not 0 <= index < len(self.hashes) or (check and self.hashes[index][:2] != check):
            return None
        return index


# ---------------------------------------------------------------- reading

_PAST = re.compile(r"past ([\w-]+)(?:\.\.([\w-]+))?(\+)? after (\S+)")
_SPAN = re.compile(r"([\w-]+) (?:(from|to) )?(\S+)")
_TASK = re.compile(r'task ([\w-]+)\.(\d+) (?:from (\S+) "([^"\\]+)"(.*)|to (\S+))')


class _Reader:
    def __init__(self, source, text, lines, numbers, base):
        self.path, self.lines, self.numbers = path_of(source), lines, numbers
        self.woven = Woven(source, base, [])
        self.places = Places(lines)
        self.done = 0                   # So many lines of main are in the weave.
        self.stretches = [("", base)]   # Those that are open, by their slugs.
        self.tasks = {}                 # Those that are open, by what the file calls them.
        self.past = None                # (low, high, held) of the last statement, if it is of the past.
        self.read(text)

    def fail(self, problem):
        raise LessonError(f"{self.path}:{self.number}", problem,
                          "./lesson record takes over what was edited; ./lesson blame shows the rest")

    def read(self, text):
        for self.number, line in enumerate(text.splitlines(), start=1):
            if line.startswith("|"):
                if self.past is None:
                    self.fail("a line of the past without a `past` before it")
                self.woven.items.append(Line(line[2:], *self.past))
                continue
            self.past = None
            if self.number == 1 and line != _HEAD:
                self.fail(f"not a layer file that this tool reads: {_HEAD!r} must be its first line")
            if self.number == 2 and line != f"of {self.woven.path}":
                self.fail(f"says {line!r}, not `of {self.woven.path}`")
            if self.number > 2 and line.strip():
                self.statement(line)
        self.number = len(text.splitlines())
        self.up_to(len(self.lines))
        if len(self.stretches) > 1 or self.tasks:
            names = [f"task {name}" for name in self.tasks] or [self.stretches[-1][0]]
            self.fail(f"{names[0]} begins and never ends")

    def statement(self, line):
        if line.startswith("past "):
            found = _PAST.fullmatch(line)
            if not found:
                self.fail(f"cannot read {line!r}")
            first, last, held, place = found.groups()
            low, high = self.lesson(first), self.lesson(last or first)
            if low > high:
                self.fail(f"{first} comes after {last}")
            self.up_to(self.find(place) + 1)
            self.past = (low, high, bool(held))
        elif line.startswith("task "):
            self.task(line)
        else:
            self.stretch(line)

    def stretch(self, line):
        found = _SPAN.fullmatch(line)
        if not found:
            self.fail(f"cannot read {line!r}")
        slug, what, place = found.groups()
        lesson, at = self.lesson(slug), self.find(place)
        if what == "to":
            self.up_to(at + 1)
            if self.stretches[-1][0] != slug:
                self.fail(f"{slug} ends, but it is not what began last")
            self.stretches.pop()
            return
        self.up_to(at)
        if lesson <= self.stretches[-1][1]:
            self.fail(f"{slug} begins in what {self.stretches[-1][0] or 'that lesson or a later one'} brings")
        self.stretches.append((slug, lesson))
        if what is None:
            self.up_to(at + 1)
            self.stretches.pop()

    def task(self, line):
        found = _TASK.fullmatch(line)
        if not found:
            self.fail(f"cannot read {line!r}")
        slug, place, first, title, rest, last = found.groups()
        name = f"{slug}.{place}"
        if first:
            self.up_to(self.find(first))
            if name in self.tasks:
                self.fail(f"task {name} begins twice")
            inert, uses = self.options(rest.strip())
            self.tasks[name] = Task(self.lesson(slug), int(place), title, inert, uses)
            self.woven.items.append(Mark(self.tasks[name], True))
            return
        self.up_to(self.find(last) + 1)
        if name not in self.tasks:
            self.fail(f"task {name} ends and hasn't begun")
        self.woven.items.append(Mark(self.tasks.pop(name), False))

    def options(self, rest):
        inert, uses = None, []
        while rest:
            found = re.match(r"(inert|uses)\(", rest)
            end = closing(rest, found.end() - 1) if found else -1
            if end < 0:
                self.fail(f"cannot read {rest!r} after the title: inert(...) and uses(...) may follow")
            inside = rest[found.end():end].strip()
            if found.group(1) == "inert":
                inert = inside
            else:
                uses = [name.strip() for name in inside.split(",") if name.strip()]
            rest = rest[end + 1:].strip()
        return inert, uses

    def lesson(self, slug):
        if slug not in self.numbers:
            self.fail(f"there is no lesson {slug!r}")
        return self.numbers[slug]

    def find(self, name):
        if name in ("top", "end"):
            return -1 if name == "top" else len(self.lines)
        index = self.places.find(name)
        if index is None:
            self.fail(f"no line of {self.woven.path}, or more than one, is {name}")
        return index

    def up_to(self, end):
        """Takes the lines of main before index `end`."""
        if end < self.done:
            self.fail(f"this comes before what stands above it (line {end + 1} of {self.woven.path})")
        low = self.stretches[-1][1]
        self.woven.items += [Line(line, low) for line in self.lines[self.done:end]]
        self.done = end


def split_lines(text):
    """The lines of a file, and whether the last one ends."""
    lines = text.split("\n")
    if lines[-1] == "":
        return lines[:-1], True
    return lines, False


def read(source, text, main, numbers, base):
    """The Woven of a file from its layer file `text` and main's text of it.

    `numbers` has the number of each lesson by its slug; `base` is the lesson that brings the file.
    """
    lines, newline = split_lines(main)
    woven = _Reader(source, text, lines, numbers, base).woven
    woven.newline = newline
    return woven


def plain(source, main, base):
    """The same of a file that has no layer file: it comes as a whole."""
    lines, newline = split_lines(main)
    return Woven(source, base, [Line(line, base) for line in lines], newline)


# ---------------------------------------------------------------- writing


def write(woven, slugs, keep=()):
    """The layer file of a Woven, or "" when all of it comes with the file.

    `slugs` has the slug of each lesson by its number; `keep` are names of places that stay as they
    are where they still hold.
    """
    writer = _Writer(woven, slugs, keep)
    return writer.text()


class _Writer:
    def __init__(self, woven, slugs, keep):
        self.woven, self.slugs = woven, slugs
        self.places = Places([line.text for line in woven.main()])
        self.kept = {}
        for name in keep:
            index = self.places.find(name)
            if index is not None:
                self.kept.setdefault(index, name)
        self.out = []

    def place(self, index):
        if index < 0:
            return "top"
        if index == len(self.places.hashes):
            return "end"
        return self.kept.get(index) or self.places.name(index)

    def text(self):
        lows = [line.low for line in self.woven.main()] + [self.woven.base]
        stretches = [self.woven.base]  # The lessons of those that are open.
        opened = {}                    # Which block of `out` begins each, and at which line.
        at, last = 0, None             # The index in main; what the last line of the past was.
        for item in self.woven.items:
            if isinstance(item, Mark):
                self.out.append([self.task(item, at)])
                last = None
            elif item.high is not None:
                kind = (item.low, item.high, item.held)
                if kind != last:
                    self.out.append([self.past_head(kind, at)])
                    last = kind
                self.out[-1].append(f"| {item.text}" if item.text else "|")
            else:
                if item.low > stretches[-1]:
                    stretches.append(item.low)
                    opened[item.low] = (len(self.out), at)
                    self.out.append([f"{self.slugs[item.low]} from {self.place(at)}"])
                while lows[at + 1] < stretches[-1]:
                    self.end(stretches.pop(), opened, at)
                at, last = at + 1, None
        if not self.out:
            return ""
        blocks = ["\n".join(block) for block in self.out]
        return "\n\n".join([f"{_HEAD}\nof {self.woven.path}", *blocks]) + "\n"

    def end(self, low, opened, index):
        block, first = opened.pop(low)
        if first == index:
            self.out[block] = [f"{self.slugs[low]} {self.place(index)}"]
        else:
            self.out.append([f"{self.slugs[low]} to {self.place(index)}"])

    def past_head(self, kind, at):
        low, high, held = kind
        lessons = self.slugs[low] if low == high else f"{self.slugs[low]}..{self.slugs[high]}"
        return f"past {lessons}{'+' if held else ''} after {self.place(at - 1)}"

    def task(self, mark, at):
        name = f"task {self.slugs[mark.task.lesson]}.{mark.task.place}"
        if not mark.opens:
            return f"{name} to {self.place(at - 1)}"
        inert = "" if mark.task.inert is None else f" inert({mark.task.inert})"
        uses = f" uses({', '.join(mark.task.uses)})" if mark.task.uses else ""
        return f'{name} from {self.place(at)} "{mark.task.title}"{inert}{uses}'
