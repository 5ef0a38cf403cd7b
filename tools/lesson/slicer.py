"""Makes the tree of one lesson from the one tree on main, and writes it to a folder."""

import hashlib
import json
import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from . import manifest as manifests
from . import layers, weave
from .errors import LessonError

CURRENT = "lessons/CURRENT"  # Generated: the number of the lesson that a slice is, and "build" for its build-it task.
CODE_FOLDERS = ("src/", "include/")
NOT_SLICED = ("mutants/", "build/", "other/")  # Of a lesson's folder.
STAMP = ".slice.json"        # What the tool wrote to a folder, so that it deletes nothing else.
HIDDEN = ("lessons/verified.json",)


@dataclass(frozen=True)
class File:
    data: bytes
    executable: bool = False


def git(root, *arguments, **options):
    """Runs git in `root` and returns its output as text."""
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, **options)
    if done.returncode != 0:
        raise LessonError(f"git {arguments[0]}", done.stderr.decode(errors="replace").strip())
    return done.stdout.decode("utf-8", "surrogateescape")


class WorkTree:
    """The files of a work tree: those that git tracks and new ones that it does not ignore."""

    def __init__(self, root):
        self.root = Path(root)

    def read_all(self):
        names = git(self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        files = {}
        for name in sorted(set(names.split("\0")) - {""}):
            path = self.root / name
            if path.is_symlink():
                raise LessonError(name, "is a symbolic link", "a slice holds plain files only")
            if path.is_file():
                files[name] = File(path.read_bytes(), os.access(path, os.X_OK))
        return files


class Commit:
    """The files of a commit."""

    def __init__(self, root, rev="HEAD"):
        self.root, self.rev = Path(root), rev

    def read_all(self):
        listing = git(self.root, "ls-tree", "-r", "-z", "--full-tree", self.rev)
        entries = []
        for line in filter(None, listing.split("\0")):
            meta, name = line.split("\t", 1)
            mode, kind, object_id = meta.split()
            if mode not in ("100644", "100755") or kind != "blob":
                raise LessonError(name, f"has mode {mode}", "a slice holds plain files only")
            entries.append((name, object_id, mode == "100755"))
        wanted = "".join(f"{object_id}\n" for _, object_id, _ in entries).encode()
        done = subprocess.run(["git", "-C", str(self.root), "cat-file", "--batch"], input=wanted,
                              capture_output=True, check=True)
        files, at, out = {}, 0, done.stdout
        for name, _, executable in entries:
            end = out.index(b"\n", at)
            size = int(out[at:end].split()[2])
            files[name] = File(out[end + 1:end + 1 + size], executable)
            at = end + 2 + size
        return files


class Tree:
    """Main, parsed: gives the files of each lesson."""

    def __init__(self, files):
        self.files = files
        if manifests.MANIFEST not in files:
            raise LessonError(manifests.MANIFEST, "not found", "run ./lesson in a Strata tree")
        self.manifest = manifests.load(files[manifests.MANIFEST].data.decode())
        self.owners = manifests.ownership(self.manifest, sorted(files))
        self.numbers = {lesson.slug: lesson.number for lesson in self.manifest.lessons}
        self.slugs = {lesson.number: lesson.slug for lesson in self.manifest.lessons}
        self._woven = {}

    @classmethod
    def of(cls, source):
        return cls(source.read_all())

    def is_slice(self):
        return CURRENT in self.files

    def base(self, path):
        """The lesson that brings a file; 0: all have it."""
        for lesson in self.manifest.lessons:
            if path.startswith(lesson.folder + "/"):
                return lesson.number
        return self.owners.added.get(path, 0)

    def woven(self, path):
        """A file as all lessons have it, or None if it has no layer file."""
        if path not in self._woven:
            layer = self.files.get(layers.path_of(path))
            self._woven[path] = layer and layers.read(
                path, layer.data.decode(), self.files[path].data.decode(), self.numbers,
                self.base(path))
        return self._woven[path]

    def check(self, number):
        """Raises if a name that a lesson up to `number` spells out has no file."""
        for lesson, key, pattern in self.owners.unmatched:
            if 0 < lesson <= number and not manifests.is_glob(pattern):
                raise LessonError(manifests.MANIFEST,
                                  f'lesson {lesson:02d}, {key}: "{pattern}" matches no file',
                                  "write the file, or take the name out")

    def slice(self, number, starter=False, answered=frozenset()):
        """Returns {path: File} of lesson `number`, or of its starter with some tasks `answered`."""
        self.manifest.lesson(number)
        self.check(number)
        out = {}
        for path, file in self.files.items():
            if path in HIDDEN or layers.source_of(path) or not self._in_slice(path, number):
                continue
            target = path.removeprefix(manifests.PAST)
            if target in out:
                raise LessonError(path, f"lesson {number:02d} has two files for {target}",
                                  "let the lesson that adds the new one remove the old one")
            woven = self.woven(path)
            if woven is not None:
                text = weave.render(woven, number, starter, answered)
                file = File(text.encode(), file.executable)
            out[target] = file
        out[CURRENT] = File(f"{number:02d}\n".encode())
        return dict(sorted(out.items()))

    def _in_slice(self, path, number):
        for lesson in self.manifest.lessons:
            if path.startswith(lesson.folder + "/"):
                inside = path[len(lesson.folder) + 1:]
                return lesson.number <= number and not inside.startswith(NOT_SLICED)
        return self.owners.alive(path, number)

    def whole(self, number, kind):
        """{path: File}: what lesson `number` has in its folder build/, stubs of the files of its
        build-it task, or in other/, another right answer to that."""
        top = f"{self.manifest.lesson(number).folder}/{kind}/"
        slug = re.escape(self.slugs[number]).encode()
        return {path[len(top):]: File(re.sub(rb"\b" + slug + rb"\.build\b", f"{number}.build".encode(), file.data))
                for path, file in self.files.items() if path.startswith(top)}

    def build_task(self, number):
        """The build-it task, {task: (title, path)}, or {}; its text has the title."""
        paths = list(self.whole(number, "build"))
        return {f"{number}.build": ("the whole of it", paths[0])} if paths else {}

    def slice_with(self, number, kind):
        """The slice with those files in the place of its own: of "build", what ./lesson start --build
        opens."""
        overlay, files = self.whole(number, kind), self.slice(number)
        unknown = [path for path in overlay if path not in files]
        if not overlay or unknown:
            raise LessonError(f"{self.manifest.lesson(number).folder}/{kind}",
                              f"{unknown[0]} is no file of the lesson" if unknown else "is empty",
                              "its files have the paths of those that they stand in for")
        current = {CURRENT: File(f"{number:02d} build\n".encode())} if kind == "build" else {}
        return dict(sorted({**files, **overlay, **current}.items()))

    def tasks(self, number):
        """{task: (title, path, line)} of a lesson, in the order of the tasks."""
        found = {}
        for woven, task in self.tasks_of(number):
            where = woven.path.removeprefix(manifests.PAST)  # As the learner's tree has it.
            found.setdefault(task.id, (task.title, where, woven.line_of(task)))
        return dict(sorted(found.items(), key=lambda item: [int(n) for n in item[0].split(".")]))

    def answers(self, number):
        """{path: [lines, ...]}: what the tasks of a lesson ask for, in the file that it stands in."""
        found = {}
        for woven, task in self.tasks_of(number):
            found.setdefault(woven.path.removeprefix(manifests.PAST), []).append(woven.answer(task))
        return found

    def tasks_of(self, number):
        """The tasks of a lesson, each with the file that it stands in."""
        begins = f"\ntask {self.slugs[number]}.".encode()
        for layer, file in self.files.items():
            path = layers.source_of(layer)
            # Looking first keeps a mistake in one lesson's file from stopping the others.
            if path and begins in file.data:
                yield from ((self.woven(path), task) for task in self.woven(path).tasks()
                            if task.lesson == number)


def digest(files):
    """A hash of the names, modes and bytes of a slice."""
    total = hashlib.sha256()
    for path, file in sorted(files.items()):
        total.update(f"{path}\0{int(file.executable)}\0{len(file.data)}\0".encode())
        total.update(file.data)
    return total.hexdigest()


@dataclass
class Written:
    files: int
    written: int
    deleted: int


def write(files, folder):
    """Makes `folder` hold exactly `files`: writes what differs, deletes what it wrote before.

    Files that the tool did not write (build output, .git, notes) stay untouched.
    """
    folder = Path(folder)
    stamp = folder / STAMP
    before = []
    if stamp.exists():
        before = json.loads(stamp.read_text())
    elif folder.exists() and any(folder.iterdir()):
        raise LessonError(folder, "is not empty and was not written by ./lesson slice",
                          "give a new or empty folder")
    written = deleted = 0
    folder.mkdir(parents=True, exist_ok=True)
    stamp.write_text(json.dumps(sorted(set(before) | set(files)), indent=0))
    for name in before:
        if name not in files and (folder / name).exists():
            (folder / name).unlink()
            deleted += 1
            _prune(folder, (folder / name).parent)
    for name, file in files.items():
        written += write_one(folder / name, file)
    stamp.write_text(json.dumps(sorted(files), indent=0))
    return Written(len(files), written, deleted)


def write_one(path, file):
    """Writes one file if its bytes or its mode differ; returns whether it did."""
    same = path.is_file() and path.read_bytes() == file.data
    if not same:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    mode = 0o755 if file.executable else 0o644
    if os.stat(path).st_mode & 0o777 != mode:
        path.chmod(mode)
    return not same


def _prune(top, folder):
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def added_lines(before, after):
    """Lines of code, blank ones aside, that `after` has and `before` has not."""
    total = 0
    for path, file in after.items():
        if not path.startswith(CODE_FOLDERS) or not path.endswith((".cc", ".h")):
            continue
        old = before.get(path)
        if old is not None and old.data == file.data:
            continue
        count = [Counter(line for line in data.split(b"\n") if line.strip())
                 for data in (file.data, old.data if old else b"")]
        total += sum((count[0] - count[1]).values())
    return total
