"""Takes over what was edited: carries the layers of files from what they were to what they are.

A changed line keeps its layer, a new one has that of the code around it, a block that moved keeps
its own. As a fix, a change is made in every lesson that has the place. As lesson X, what is new is
X's, and what was replaced becomes the past of the lessons before X.
"""

import difflib
import re
from dataclasses import dataclass, field

from .weave import Line, Mark, Woven


@dataclass
class Note:
    """What was understood of one place, in words."""

    path: str
    line: int  # Of the new text, from 1.
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


@dataclass
class _File:
    """One file on its way from its old form to its new one."""

    path: str
    old: Woven | None
    lines: list        # The new text.
    base: int
    newline: bool
    olds: list = field(default_factory=list)   # Main's lines of the old form.
    came: list = field(default_factory=list)   # For each new line: (file, index in its olds), or None.
    went: list = field(default_factory=list)   # For each old line: (file, index of the new line), or None.
    hunks: list = field(default_factory=list)  # (old from, old to, new from, new to)

    def __post_init__(self):
        self.olds = self.old.main() if self.old else []
        self.came = [None] * len(self.lines)
        self.went = [None] * len(self.olds)
        for kind, a, b, c, d in _differences([line.text for line in self.olds], self.lines):
            if kind == "equal":
                for i in range(b - a):
                    self.pair(a + i, self, c + i)
            else:
                self.hunks.append((a, b, c, d))

    def pair(self, index, to, new):
        self.went[index] = (to, new)
        to.came[new] = (self, index)

    def image(self, index):
        """Where an old line is in this file's new text, or None."""
        if not 0 <= index < len(self.went) or self.went[index] is None:
            return None
        to, new = self.went[index]
        return new if to is self else None


def carry(olds, news, bases, slugs, lesson=None):
    """Carries layers over an edit of some files, as a fix or as a lesson.

    `olds` is {path: Woven} of what they were, `news` {path: (lines, newline)} of what they are, and
    `bases` says for each new path which lesson brings it. Returns ({path: Woven}, notes).
    """
    files = _open(olds, news, bases)
    gone = [_File(path, woven, [], 0, True) for path, woven in olds.items()
            if path not in news and not any(file.old is woven for file in files)]
    if lesson is None:
        _find_moves(files + gone)
    for file in files:
        for hunk in file.hunks:
            _pair_changed(file, hunk)
    notes = []
    brought = {}  # What comes from other places than a file's own: {(path, gap): items}
    for file in files + gone:
        _send_moved(file, brought)
    out = {file.path: _build(file, lesson, brought, slugs, notes) for file in files}
    for file in gone:
        left = sum(isinstance(item, Line) and item.high is not None for item in _left(file))
        if left:
            notes.append(Note(file.path, 1, f"the file is gone, and with it {left} lines of the past"))
    return out, notes


def _differences(old, new):
    """The opcodes of difflib, where a block that could lie higher or lower lies as low as it can: so
    a function goes with its own brace, not with that of the one before."""
    if old == new:
        return [("equal", 0, len(old), 0, len(new))]
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for i in range(len(codes) - 1):
        kind, a, b, c, d = codes[i]
        after, a2, b2, c2, d2 = codes[i + 1]
        if kind not in ("insert", "delete") or after != "equal":
            continue
        lines, begin, end = (new, c, d) if kind == "insert" else (old, a, b)
        slide = 0
        while slide < b2 - a2 and lines[begin + slide] == lines[end + slide]:
            slide += 1
        slide -= slide == b2 - a2 and i + 2 < len(codes)  # Two blocks never touch.
        if slide > 0:
            codes[i] = (kind, a + slide, b + slide, c + slide, d + slide)
            codes[i + 1] = (after, a2 + slide, b2, c2 + slide, d2)
            before = codes[i - 1] if i else None
            if before and before[0] == "equal":
                codes[i - 1] = ("equal", before[1], before[2] + slide, before[3], before[4] + slide)
            else:
                codes.insert(i, ("equal", a, a + slide, c, c + slide))
    return codes


def _open(olds, news, bases):
    """The files with their old forms; a file that is new may be one that is gone by another name."""
    lost = [path for path in olds if path not in news]
    files = []
    for path, (lines, newline) in news.items():
        old = olds.get(path)
        if old is None:
            old = max((olds[other] for other in lost), default=None,
                      key=lambda woven: _likeness([line.text for line in woven.main()], lines))
            if old is not None and _likeness([line.text for line in old.main()], lines) < 0.6:
                old = None
            if old is not None:
                lost.remove(old.path)
        files.append(_File(path, old, lines, bases[path], newline))
    return files


def _likeness(a, b):
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= 0.6 else 0.0


# ---------------------------------------------------------------- which line is which

_MOVED_LINES_MIN = 3


def _find_moves(files):
    """Pairs lines that went somewhere else, also to another file: runs, the longest first."""
    pool = {}
    for file in files:
        for index, line in enumerate(file.olds):
            if file.went[index] is None and line.text.strip():
                pool.setdefault(line.text, []).append((file, index))
    runs = []
    for file in files:
        for new, text in enumerate(file.lines):
            if file.came[new] is None:
                runs += [(_run_length(file, new, *old), file, new, *old) for old in pool.get(text, ())]
    runs.sort(key=lambda run: (-run[0], run[1].path, run[2], run[3].path, run[4]))
    for length, file, new, old, index in runs:
        length = min(length, _run_length(file, new, old, index))
        texts = file.lines[new:new + length]
        weight = len(re.sub(r"\W", "", "".join(texts)))
        if length >= _MOVED_LINES_MIN and weight >= 20:
            for i in range(length):
                old.pair(index + i, file, new + i)


def _run_length(file, new, old, index):
    length = 0
    while (new + length < len(file.lines) and index + length < len(old.olds)
           and file.came[new + length] is None and old.went[index + length] is None
           and file.lines[new + length] == old.olds[index + length].text):
        length += 1
    return length


def _pair_changed(file, hunk):
    """Pairs the lines of a hunk that are old ones with another text."""
    a, b, c, d = hunk
    old = [i for i in range(a, b) if file.went[i] is None]
    new = [i for i in range(c, d) if file.came[i] is None]
    if len(old) == len(new):
        pairs = zip(old, new)
    else:
        pairs = _align(old, new, [line.text for line in file.olds], file.lines)
    for i, j in pairs:
        file.pair(i, file, j)


def _align(old, new, old_texts, new_texts):
    """The pairs, in order, that are most alike in all; those that are hardly alike stay alone."""
    if len(old) * len(new) > 40_000:
        return []
    likeness = [[_ratio(old_texts[i], new_texts[j]) for j in new] for i in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], likeness[i][j] + best[i + 1][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if likeness[i][j] > 0 and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _ratio(a, b):
    a, b = a.strip(), b.strip()
    if a == b:
        return 1.0
    ratio = difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()
    return ratio if ratio >= 0.6 else 0.0


# ---------------------------------------------------------------- what stands between the lines


def _gaps(woven):
    """Each item that isn't a line of main, with the gap that it stands in: the index of the line of
    main after it."""
    gap = 0
    for item in woven.items:
        if isinstance(item, Line) and item.high is None:
            gap += 1
        else:
            yield gap, item


def _moved_gap(file, gap):
    """(file, gap) where the lines on both sides of a gap went together, elsewhere; else None."""
    if not 0 < gap < len(file.olds):
        return None
    before, after = file.went[gap - 1], file.went[gap]
    if before and after and before[0] is after[0] and before[1] + 1 == after[1]:
        crosses = before[0] is not file or not _in_order(file, gap)
        return (after[0], after[1]) if crosses else None
    return None


def _in_order(file, gap):
    """Whether the line before a gap was paired where it stood, not moved within the file."""
    new = file.went[gap - 1][1]
    before = [file.image(i) for i in range(gap - 1)]
    return all(image is None or image < new for image in before)


def _moved_tasks(file):
    """Tasks whose ends both moved."""
    ends = {}
    for gap, item in _gaps(file.old):
        if isinstance(item, Mark):
            ends.setdefault(id(item.task), []).append((gap, item))
    moved = {}
    for key, (first, last) in ends.items():
        if first[0] >= last[0]:
            continue
        begin, end = file.went[first[0]], file.went[last[0] - 1]
        if begin and end and begin[0] is end[0] and begin[1] <= end[1] and (
                begin[0] is not file or not _in_order(file, first[0] + 1)):
            moved[key] = (begin, (end[0], end[1] + 1))
    return moved


def _send_moved(file, brought):
    """Hands what stands between lines that moved together to the place where they went."""
    if file.old is None:
        return
    tasks = _moved_tasks(file)
    for gap, item in _gaps(file.old):
        if isinstance(item, Mark):
            if id(item.task) in tasks:
                to, new = tasks[id(item.task)][0 if item.opens else 1]
                brought.setdefault((to.path, new), []).append(item)
        else:
            moved = _moved_gap(file, gap)
            if moved:
                brought.setdefault((moved[0].path, moved[1]), []).append(item)


def _left(file):
    """What stands between the old lines and didn't move: (gap, item)."""
    tasks = _moved_tasks(file)
    return [item for gap, item in _gaps(file.old)
            if not (id(item.task) in tasks if isinstance(item, Mark) else _moved_gap(file, gap))]


# ---------------------------------------------------------------- the new form


def _build(file, lesson, brought, slugs, notes):
    lows = _lows(file, lesson)
    between = _between(file, lesson)
    items = []
    for new in range(len(file.lines) + 1):
        items += between.get(new, [])
        items += [item for item in brought.get((file.path, new), [])
                  if isinstance(item, Mark) or item.high >= max(file.base, 1)]
        if new < len(file.lines):
            items.append(Line(file.lines[new], lows[new]))
    _tell(file, lows, lesson, slugs, notes)
    return Woven(file.path, file.base, items, file.newline)


def _lows(file, lesson):
    """For each new line, the lesson that brings it."""
    known = [came[0].olds[came[1]].low if came else None for came in file.came]
    lows = []
    for new, low in enumerate(known):
        came = file.came[new]
        if low is None:
            low = _around(file, known, new)
            if lesson is not None:
                low = max(low, lesson)
        elif lesson is not None and came[0].olds[came[1]].text != file.lines[new]:
            low = max(low, lesson)
        lows.append(max(low, file.base))
    return lows


def _around(file, known, new):
    """The layer of the code around a new line: of what it replaces, if that was all of one lesson,
    else the older one of the line before and the line after."""
    hunk = next((hunk for hunk in file.hunks if hunk[2] <= new < hunk[3]), None)
    if hunk:
        replaced = {file.olds[i].low for i in range(hunk[0], hunk[1])}
        if len(replaced) == 1:
            return replaced.pop()
    before = next((low for low in reversed(known[:new]) if low is not None), file.base)
    after = next((low for low in known[new + 1:] if low is not None), file.base)
    return min(before, after)


def _between(file, lesson):
    """{gap: items}: what stands between the new lines."""
    out, last = {}, 0

    def put(gap, item):
        nonlocal last
        last = max(gap, last)
        out.setdefault(last, []).append(item)

    if file.old is None:
        return out
    left = {id(item) for item in _left(file)}
    index, run = 0, None  # Lines that were replaced one after the other stay together, before what replaces them.
    for item in file.old.items:
        if isinstance(item, Line) and item.high is None:
            image = file.image(index)
            changed = image is None or file.lines[image] != item.text
            if lesson is not None and changed and item.low < lesson and file.went[index] in (
                    None, (file, image)):
                gap = image if image is not None else _gap(file, index, False)
                if run is None or image is None or image != run[1] + 1:
                    run = [gap, gap]
                else:
                    run[1] = image
                put(run[0], Line(item.text, max(item.low, 1), lesson - 1))
            else:
                run = None
            index += 1
        elif id(item) in left:
            put(_gap(file, index, isinstance(item, Mark) and not item.opens), item)
            run = None
    return out


def _gap(file, old, closes):
    """The new gap of an old one: what was put in between belongs to what opens or closes there."""
    before = -1 if old == 0 else file.image(old - 1)
    after = len(file.lines) if old == len(file.olds) else file.image(old)
    if before is not None and not (closes and after is not None):
        return before + 1
    if after is not None:
        return after
    while old > 0:
        old -= 1
        if file.image(old) is not None:
            return file.image(old) + 1
    return 0


# ---------------------------------------------------------------- in words


def _tell(file, lows, lesson, slugs, notes):
    def from_(low):
        return "in every lesson that has the file" if low == file.base else f"from `{slugs[low]}` on"

    for a, b, c, d in file.hunks:
        words = []
        for low in sorted(set(lows[c:d])):
            new = [j for j in range(c, d) if lows[j] == low]
            moved = [j for j in new if file.came[j] and (
                file.came[j][0] is not file or file.lines[j] == file.olds[file.came[j][1]].text)]
            kept = [j for j in new if file.came[j] and j not in moved]
            fresh = len(new) - len(moved) - len(kept)
            if fresh:
                words.append(f"{_lines(fresh)} {from_(low)}")
            if kept:
                words.append(f"{_lines(len(kept))} changed, {from_(low)}")
            if moved:
                words.append(f"{_lines(len(moved))} moved here, {from_(low)}")
        gone = [i for i in range(a, b) if file.went[i] is None]
        if lesson is None and gone:
            words.append(f"{_lines(len(gone))} gone")
        if lesson is not None:
            for low in sorted({file.olds[i].low for i in range(a, b)}):
                past = [i for i in range(a, b) if file.olds[i].low == low and low < lesson]
                if past:
                    words.append(f"{_lines(len(past))} of "
                                 f"{_name(low, slugs)} past from `{slugs[lesson]}` on")
        if file.old is not None and lesson is None:
            words += _other_forms(file, a, b, slugs)
        if words:
            notes.append(Note(file.path, min(c + 1, max(1, len(file.lines))), "; ".join(words)))


def _lines(count):
    return "1 line" if count == 1 else f"{count} lines"


def _name(low, slugs):
    return f"`{slugs[low]}`" if low in slugs else "all lessons"


def _other_forms(file, a, b, slugs):
    """Where older lessons have the place in another form, which stays as it is."""
    forms = {}
    for gap, item in _gaps(file.old):
        if isinstance(item, Line) and a <= gap <= b:
            forms.setdefault((item.low, item.high), []).append(item.text)
    return [f"{_name(low, slugs)} to `{slugs[high]}` keep another form here: {texts[0].strip()!r}"
            + (f" and {_lines(len(texts) - 1)} more" if len(texts) > 1 else "")
            for (low, high), texts in forms.items()]
