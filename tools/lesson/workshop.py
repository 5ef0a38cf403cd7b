"""The scratch folder in which the gates build: one tree and one build for all slices.

Walking the lessons in order, the starter of each after its answer, makes every build an incremental
one: from a slice to its starter three or four files differ.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
from pathlib import Path

from . import ledger, slicer
from .build import Build
from .closure import Closures


@contextlib.contextmanager
def held(scratch):
    """The scratch folder is this process's alone meanwhile; waits while it is another's."""
    scratch.mkdir(parents=True, exist_ok=True)
    with open(scratch / ".lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another ./lesson works in {scratch}; waiting (or give --scratch DIR)", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Workshop:
    def __init__(self, root, tree, scratch, jobs, passed=None):
        self.root, self.tree, self.scratch = Path(root), tree, Path(scratch).resolve()
        self.build = Build(self.scratch / "tree", jobs=jobs)
        self.passed = passed or ledger.Passed()
        self._slices, self._here, self._closures = {}, None, None
        self.scratch.mkdir(parents=True, exist_ok=True)

    def slice(self, number, starter=False):
        """The files of a lesson. Only those of the last few are kept: a tree is some megabytes."""
        wanted = (number, starter)
        if wanted not in self._slices:
            for old in [key for key in self._slices if key[0] < number - 1]:
                del self._slices[old]
            self._slices[wanted] = self.tree.slice(number, starter)
        return self._slices[wanted]

    def _files(self, number, starter, answered, kind):
        if kind:
            return self.tree.slice_with(number, kind)
        if answered:
            return self.tree.slice(number, starter, answered)
        return self.slice(number, starter)

    def enter(self, number, starter=False, answered=frozenset(), kind=""):
        """Puts a slice into the folder and returns its Build; with `kind` see Tree.slice_with."""
        wanted = (number, starter, answered, kind)
        if self._here != wanted:
            slicer.write(self._files(*wanted), self.build.tree)
            self._here, self._closures = wanted, None
        return self.build

    def closures(self):
        """The closures of what is built; ask after the build was made."""
        if self._closures is None:
            self._closures = Closures(self.build, self._files(*self._here))
        return self._closures

    def key(self, programs, *more):
        """The key of a check that runs test programs, by their names."""
        closures = self.closures()
        return digest(*(closures.key(f"bin/tests/{name}") for name in programs), *more)

    def programs(self, number):
        """The PATH with the programs of lesson `number`, building them if there is no copy."""
        kept = self._kept(number)
        if not kept.exists():
            here = self._here
            self.enter(number).make(["bin/strata"])
            self.keep_programs(number)
            if here:
                self.enter(*here)
        return os.pathsep.join([str(kept), "/usr/local/bin", "/usr/bin", "/bin"])

    def keep_programs(self, number):
        """Copies the programs aside, for the texts of later lessons."""
        kept = self._kept(number)
        shutil.rmtree(kept, ignore_errors=True)
        for old in kept.parent.glob(f"{number:02d}-*"):
            shutil.rmtree(old)
        kept.mkdir(parents=True)
        for folder in (self.build.folder / "bin", self.build.folder / "bin" / "bench"):
            for path in folder.glob("*") if folder.exists() else ():
                if path.is_file():
                    shutil.copy2(path, kept / path.name)

    def built_from(self, number):
        """A hash of the files that the programs of lesson `number` are built from."""
        built = {path: file for path, file in self.slice(number).items()
                 if path.startswith(("src/", "include/", "cmake/", "bench/"))}
        return slicer.digest(built)[:12]

    def _kept(self, number):
        return self.scratch / "programs" / f"{number:02d}-{self.built_from(number)}"


def digest(*parts):
    """A short hash of several strings."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]
