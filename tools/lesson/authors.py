"""The commands of ./lesson by which an author says which lesson brings what."""

import json
import re
from pathlib import Path

from . import layers, record, slicer, weave
from .errors import LessonError
from .slicer import git
from .weave import Line, Mark, Task


def tree_of(root):
    tree = slicer.Tree.of(slicer.WorkTree(root))
    if tree.is_slice():
        raise LessonError(root, "this is the tree of one lesson, not main",
                          "run this command in a checkout of main")
    return tree


def lesson_named(tree, word):
    """The number of a lesson, from its slug or its number."""
    if word in tree.numbers:
        return tree.numbers[word]
    if word.isdigit() and int(word) in tree.slugs:
        return int(word)
    raise LessonError("", f"there is no lesson {word!r}", "./lesson list names them")


# ---------------------------------------------------------------- what was recorded last


class Recorded:
    """What files were when their layers were recorded last: as HEAD has them, or in git's store."""

    def __init__(self, root):
        self.root = Path(root)
        self.head = git(root, "rev-parse", "HEAD").strip()
        self.path = self.root / git(root, "rev-parse", "--git-path", "strata-recorded.json").strip()
        self.files = {}  # {path: [hash of its layer file, id of its text in git]}
        if self.path.exists():
            kept = json.loads(self.path.read_text())
            if kept["head"] == self.head:
                self.files = kept["files"]

    def text(self, path, layer):
        """The text that belongs to a layer file, or None."""
        kept = self.files.get(path)
        if kept is None or kept[0] != layers.line_hash(layer):
            return None
        return git(self.root, "cat-file", "blob", kept[1])

    def note(self, path, layer, text):
        done = git(self.root, "hash-object", "-w", "--stdin", input=text.encode())
        self.files[path] = [layers.line_hash(layer), done.strip()]

    def save(self):
        self.path.write_text(json.dumps({"head": self.head, "files": self.files}))


def _text(files, path):
    file = files.get(path)
    if file is None:
        return None
    try:
        return file.data.decode()
    except UnicodeDecodeError:
        return None


def _bases(head, tree):
    """The base of a path as HEAD has it, in today's numbers."""
    def base(path):
        number = head.base(path)
        slug = head.slugs.get(number)
        if number and slug not in tree.numbers:
            raise LessonError(path, f"came with lesson {slug!r}, which is no more",
                              "name its new lesson in lessons.toml, and commit that first")
        return tree.numbers[slug] if number else 0
    return base


def changed(root, tree):
    """({path: Woven as recorded last}, {path: (lines, newline) now}) of the files that differ."""
    head = slicer.Tree.of(slicer.Commit(root))
    recorded, base_then = Recorded(root), _bases(head, tree)
    olds, news = {}, {}
    for path in sorted(set(head.files) | set(tree.files)):
        layer_path = layers.path_of(path)
        if layers.source_of(path) or (head.files.get(path) == tree.files.get(path) and
                                      head.files.get(layer_path) == tree.files.get(layer_path)):
            continue
        then, now = _text(head.files, path), _text(tree.files, path)
        was, layer = _text(head.files, layer_path) or "", _text(tree.files, layer_path) or ""
        if now is None and then is None:
            continue
        base = base_then(path) if path in head.files else tree.base(path)
        if now is None:
            olds[path] = _woven(path, was, then, tree, base)
            continue
        news[path] = layers.split_lines(now)
        kept = recorded.text(path, layer)
        if kept is not None:
            olds[path] = _woven(path, layer, kept, tree, base)
        elif layer == was and then is not None:
            olds[path] = _woven(path, layer, then, tree, base)
        elif layer:
            olds[path] = _edited(path, layer, now, then, tree, base)
    return olds, news, recorded


def _edited(path, layer, now, then, tree, base):
    """Of a file whose layer file was edited by hand, or merged: it fits one of the two texts."""
    try:
        return _woven(path, layer, now, tree, base)
    except LessonError:
        if then is None:
            raise
        return _woven(path, layer, then, tree, base)


def _woven(path, layer, main, tree, base):
    if not layer:
        return layers.plain(path, main, base)
    return layers.read(path, layer, main, tree.numbers, base)


# ---------------------------------------------------------------- ./lesson record


_CODE = ("src/", "include/", "tests/", "bench/", "fuzz/", "examples/", "cmake/", "CMakeLists.txt", "lessons/past/")


def take_over(root, lesson=None, paths=(), dry_run=False):
    """Records what was edited; returns what was understood, in words."""
    tree = tree_of(root)
    number = lesson_named(tree, lesson) if lesson else None
    olds, news, recorded = changed(root, tree)
    wanted = {str(path) for path in paths}
    unknown = wanted - set(olds) - set(news)
    if unknown:
        raise LessonError(sorted(unknown)[0], "hasn't changed since it was recorded")
    if wanted:
        olds = {path: woven for path, woven in olds.items() if path in wanted}
        news = {path: text for path, text in news.items() if path in wanted}
    late = [path for path in news if number and tree.base(path) > number]
    if late:
        raise LessonError(late[0], f"comes with lesson {tree.slugs[tree.base(late[0])]!r}, after {lesson!r}",
                          "name the files that are meant: ./lesson record --as SLUG FILE...")
    bases = {path: tree.base(path) for path in news}
    # Documents and tools belong to every lesson, unless they are named.
    common = {path for path in {**olds, **news} if not wanted and not path.startswith(_CODE)}
    wovens, notes = {}, []
    for mine, as_lesson in ((set(olds) | set(news)) - common, number), (common, None):
        carried = record.carry(*({path: value for path, value in of.items() if path in mine}
                                 for of in (olds, news, bases)), tree.slugs, as_lesson)
        wovens.update(carried[0])
        notes += carried[1]
    if not dry_run:
        for path, woven in wovens.items():
            before = olds[path] if path in olds else None
            _write(root, tree, woven, before, recorded)
        for path in olds:
            if path not in news:
                (Path(root) / layers.path_of(path)).unlink(missing_ok=True)
        recorded.save()
    # A fix of a file that one lesson brings as a whole needs no words.
    shared = {path for path, woven in (*olds.items(), *wovens.items()) if layers.write(woven, tree.slugs)}
    return [note for note in notes if number or note.path in shared]


def _write(root, tree, woven, before, recorded):
    """Writes the layer file of a Woven, with the names of places that still hold."""
    path = Path(root) / layers.path_of(woven.path)
    keep = layers.write(before, tree.slugs).split() if before else ()
    if path.exists():
        keep = path.read_text().split()
    layer = layers.write(woven, tree.slugs, keep)
    if layer:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(layer)
    else:
        path.unlink(missing_ok=True)
    text = weave.text_of([line.text for line in woven.main()], woven.newline)
    recorded.note(woven.path, layer, text)


def check(tree):
    """What is wrong with the layer files, in words."""
    problems = []
    for layer in tree.files:
        path = layers.source_of(layer)
        if path is None:
            continue
        try:
            if path not in tree.files:
                raise LessonError(layer, f"is about {path}, which isn't there", "./lesson record")
            tree.woven(path)
        except LessonError as error:
            problems.append(str(error))
    return problems


# ---------------------------------------------------------------- looking, and saying it by hand


def blame(tree, path):
    """Each line of a file with the lesson that brings it; the past with the lessons that had it."""
    _require(tree, path)
    woven = tree.woven(path) or layers.plain(path, tree.files[path].data.decode(), tree.base(path))
    width = max(len(slug) for slug in tree.numbers) + 4
    out = []
    for item in woven.items:
        if isinstance(item, Mark):
            out.append(" " * width + f" -- task {item.task.id} {'begins' if item.opens else 'ends'} --")
        elif item.high is None:
            name = f"{item.low:02d} {tree.slugs[item.low]}" if item.low else "all"
            out.append(f"{name:<{width}}   {item.text}".rstrip())
        else:
            out.append(f"{f'{item.low:02d}..{item.high:02d}':<{width}} - {item.text}".rstrip())
    return out


def file_at(tree, path, lesson, starter=False):
    """A file as a lesson, or its starter, has it."""
    number = lesson_named(tree, lesson)
    files = tree.slice(number, starter)
    if path not in files:
        raise LessonError(path, f"isn't in lesson {number:02d}", "./lesson blame shows who brings it")
    return files[path].data.decode()


def _require(tree, path):
    if path not in tree.files:
        raise LessonError(path, "isn't there", "name a file as git does, from the top of the tree")


def _lines_of(woven, span):
    """The places in woven.items of the lines of main that "10..20" names."""
    found = re.fullmatch(r"(\d+)(?:\.\.(\d+))?", span)
    places = [i for i, item in enumerate(woven.items) if isinstance(item, Line) and item.high is None]
    first, last = (int(found.group(1)), int(found.group(2) or found.group(1))) if found else (0, 0)
    if not 1 <= first <= last <= len(places):
        raise LessonError(woven.path, f"{span!r} isn't a span of its {len(places)} lines",
                          "write it as 10..20")
    return places[first - 1:last]


def _edit(root, path, change):
    tree = tree_of(root)
    _require(tree, path)
    woven = tree.woven(path) or layers.plain(path, tree.files[path].data.decode(), tree.base(path))
    change(tree, woven)
    recorded = Recorded(root)
    _write(root, tree, woven, woven, recorded)
    recorded.save()


def assign(root, path, span, lesson):
    """Says that lines belong to a lesson."""
    def change(tree, woven):
        number = lesson_named(tree, lesson)
        if number < woven.base:
            raise LessonError(path, f"comes after lesson {lesson!r}", "./lesson blame shows with which")
        for i in _lines_of(woven, span):
            woven.items[i].low = number
    _edit(root, path, change)


def make_task(root, name, path, span, title, inert=None, uses=()):
    """Makes lines the answer of a task."""
    def change(tree, woven):
        slug, _, place = name.rpartition(".")
        if not place.isdigit() or not slug:
            raise LessonError("", f"{name!r} names no task", "write it as bloom-filters.2")
        task = Task(lesson_named(tree, slug), int(place), title, inert, list(uses))
        if any(other.id == task.id for _, other in tree.tasks_of(task.lesson)):
            raise LessonError(path, f"task {name} is there already", "./lesson task NAME --drop")
        lines = _lines_of(woven, span)
        woven.items.insert(lines[-1] + 1, Mark(task, False))
        woven.items.insert(lines[0], Mark(task, True))
    _edit(root, path, change)


def drop_task(root, name):
    """What was a task's answer is given from now on. Returns the file."""
    tree = tree_of(root)
    slug, _, place = name.rpartition(".")
    for woven, task in tree.tasks_of(lesson_named(tree, slug)):
        if str(task.place) == place:
            def change(_, woven):
                woven.items = [item for item in woven.items
                               if not (isinstance(item, Mark) and item.task.id == task.id)]
            _edit(root, woven.path, change)
            return woven.path
    raise LessonError("", f"there is no task {name}", "./lesson list counts them")
