"""Writes the chain of lesson commits and their tags, without touching work tree or index.

The same files give the same hashes on any machine: author, dates and messages are fixed, the index
is a temporary one, and every setting of git that could change an object is overruled.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from .errors import LessonError

_NAME, _MAIL = "Strata lessons", "lessons@strata.example"
_EPOCH = 1767225600  # 2026-01-01T00:00:00Z; lesson NN is NN days later.
_FIXED = ("-c", "i18n.commitEncoding=UTF-8", "-c", "commit.gpgSign=false",
          "-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "-c", "core.precomposeUnicode=false")


class Repository:
    """The git commands that the tags need, with a temporary index."""

    def __init__(self, root, scratch, dry_run=False):
        self.root, self.scratch = str(root), Path(scratch)
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith("GIT_")}
        self.environment.update({"LC_ALL": "C", "TZ": "UTC",
                                 "GIT_INDEX_FILE": str(self.scratch / "index")})
        if dry_run:  # New objects go to a folder that is thrown away.
            objects = self.git("rev-parse", "--path-format=absolute", "--git-path", "objects")
            (self.scratch / "objects").mkdir()
            self.environment.update({"GIT_OBJECT_DIRECTORY": str(self.scratch / "objects"),
                                     "GIT_ALTERNATE_OBJECT_DIRECTORIES": objects.strip()})

    def git(self, *arguments, stdin="", extra=None):
        done = subprocess.run(["git", *_FIXED, "-C", self.root, *arguments],
                              input=stdin.encode("utf-8", "surrogateescape"), capture_output=True,
                              env={**self.environment, **(extra or {})})
        if done.returncode != 0:
            raise LessonError(f"git {arguments[0]}", done.stderr.decode(errors="replace").strip())
        return done.stdout.decode()

    def write_blobs(self, contents):
        """Returns {bytes: object id}."""
        folder = self.scratch / "blobs"
        folder.mkdir()
        ordered = sorted(contents)
        for i, data in enumerate(ordered):
            (folder / str(i)).write_bytes(data)
        names = "".join(f"{folder / str(i)}\n" for i in range(len(ordered)))
        ids = self.git("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=names).split()
        return dict(zip(ordered, ids))

    def write_tree(self, files, blobs):
        (self.scratch / "index").unlink(missing_ok=True)
        entries = "".join(f"{'100755' if file.executable else '100644'} {blobs[file.data]}\t{path}\0"
                          for path, file in sorted(files.items()))
        self.git("update-index", "-z", "--index-info", stdin=entries)
        return self.git("write-tree").strip()

    def commit(self, tree, parent, message, seconds):
        when = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in
                (("NAME", _NAME), ("EMAIL", _MAIL), ("DATE", f"{seconds} +0000"))}
        parents = ("-p", parent) if parent else ()
        return self.git("commit-tree", tree, *parents, "-F", "-", stdin=message, extra=when).strip()

    def tag(self, name, commit, message, seconds):
        text = (f"object {commit}\ntype commit\ntag {name}\n"
                f"tagger {_NAME} <{_MAIL}> {seconds} +0000\n\n{message}")
        return self.git("mktag", stdin=text).strip()

    def refs(self):
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/tags")
        return dict(line.split() for line in lines.splitlines())


def make(tree, root, edition="", dry_run=False):
    """Writes the tags of all lessons; returns [(tag name, tag hash, commit hash)]."""
    with tempfile.TemporaryDirectory(prefix="strata-tags-") as scratch:
        repository = Repository(root, scratch, dry_run)
        made = _objects(tree, repository, f"{edition}/" if edition else "")
        if not dry_run:
            _update(repository, made, edition)
        return made


def _objects(tree, repository, prefix):
    lessons = tree.manifest.lessons
    slices = {(lesson.number, suffix): files for lesson in lessons for suffix, files in _trees(tree, lesson)}
    blobs = repository.write_blobs({file.data for files in slices.values()
                                    for file in files.values()})
    made, parent = [], None
    for lesson in lessons:
        seconds = _EPOCH + lesson.number * 86400
        messages = {
            "-start": f"lesson {lesson.id}: {lesson.title}, the starter\n\n"
                      "What the learner is given: declarations, stubs, failing tests and the text.\n",
            "-build": f"lesson {lesson.id}: {lesson.title}, to build\n\n"
                      "What the learner is given who writes the whole module.\n",
            "": f"lesson {lesson.id}: {lesson.title}\n\n{lesson.note or lesson.part}\n"}
        before = parent
        for suffix, message in messages.items():
            if (lesson.number, suffix) not in slices:
                continue
            written = repository.write_tree(slices[lesson.number, suffix], blobs)
            commit = repository.commit(written, before, message, seconds)
            name = f"{prefix}lesson-{lesson.id}{suffix}"
            made.append((name, repository.tag(name, commit, message, seconds), commit))
        parent = made[-1][2]
    return made


def _trees(tree, lesson):
    """[(suffix of the tag, files)] of a lesson."""
    yield "-start", tree.slice(lesson.number, starter=True)
    if tree.whole(lesson.number, "build"):
        yield "-build", tree.slice_with(lesson.number, "build")
    yield "", tree.slice(lesson.number)


def _update(repository, made, edition):
    existing = repository.refs()
    if edition:
        for name, tag, _ in made:
            if existing.get(f"refs/tags/{name}", tag) != tag:
                raise LessonError(f"tag {name}", "exists and has other contents; an edition never "
                                  "changes", "choose a new --edition")
    lines = "".join(f"update refs/tags/{name} {tag}\n" for name, tag, _ in made)
    repository.git("update-ref", "--stdin", stdin=lines)
