"""lessons/verified.json: what has passed, so that it need not be shown again.

An entry of a lesson holds two things:

  tree    the hash of all that its gates look at. While it is the same nothing of the lesson is due.
  passed  the keys of its checks that passed. The key of a check is a hash of all that its outcome depends on (for
          a test program its closure, see closure.py), so a change sends back to the gates what it can
          reach and no more. Lessons share keys: what has passed in one counts in all.
"""

import hashlib
import json
import random

from . import slicer

LEDGER = "lessons/verified.json"
GATES = 2  # Raise it when a gate becomes stricter, and everything is verified again.
LESSONS_DRAWN = 3
CHECKS_DRAWN = 8  # Of the checks that have passed, one in so many is made again.


def tree_key(tree, number):
    """The hash of everything that the gates of a lesson depend on. It leaves out what cannot change
    the verdict: the tool, documents, other lessons' texts."""
    lesson = tree.manifest.lesson(number)
    total = hashlib.sha256(f"{GATES} {lesson!r}".encode())
    for starter in (False, True):
        files = {path: file for path, file in tree.slice(number, starter).items()
                 if _matters(path)}
        total.update(slicer.digest(files).encode())
    own = {path: file for path, file in tree.files.items()
           if path.startswith(lesson.folder + "/")}
    total.update(slicer.digest(own).encode())
    return total.hexdigest()[:40]


def _matters(path):
    return not (path.startswith(("tools/", "docs/", "lessons/")) or path.endswith(".md")
                or path in ("lesson", "LICENSE"))


def load(root):
    path = root / LEDGER
    return json.loads(path.read_text()) if path.exists() else {}


def save(root, entries):
    (root / LEDGER).write_text(json.dumps(dict(sorted(entries.items())), indent=1) + "\n")


def entry(tree, passed):
    return {"tree": tree, "passed": " ".join(sorted(passed))}


def due(slugs, keys, entries):
    """The lessons of which something may be due: their hash isn't in the ledger. `slugs` has the slug
    of each by its number."""
    return [number for number, slug in slugs.items()
            if entries.get(slug, {}).get("tree") != keys[number]]


def drawn(numbers, commit):
    """Three of `numbers` that only the commit's hash decides, so that nobody can choose them."""
    return sorted(random.Random(commit).sample(sorted(numbers), min(LESSONS_DRAWN, len(numbers))))


class Passed:
    """What has passed before, and what passes now."""

    def __init__(self, entries=None, commit=None):
        """`commit` draws some that are made again all the same."""
        self._before = set()
        for one in (entries or {}).values():
            self._before.update(one.get("passed", "").split())
        self._commit = commit
        self.now = set()
        self.made = self.spared = 0

    def spares(self, key):
        """Whether the check with this key need not be made; counts it either way."""
        if key in self.now or key in self._before and not self._is_drawn(key):
            self.spared += 1
            self.now.add(key)
            return True
        self.made += 1
        return False

    def add(self, key):
        self.now.add(key)

    def _is_drawn(self, key):
        if self._commit is None:
            return False
        total = hashlib.sha256(f"{self._commit} {key}".encode()).digest()
        return int.from_bytes(total[:4], "big") % CHECKS_DRAWN == 0
