"""lessons/verified.json: which lessons passed all gates, by a hash of all that the gates look at.

The hash covers the slice, the starter, the text, the mutants and the manifest's entry. It leaves
out what cannot change the verdict (the tool, documents, other lessons' texts), so that a new
sentence in lesson 3 does not send lesson 13 back to the gates.
"""

import hashlib
import json
import random

from . import slicer

LEDGER = "lessons/verified.json"
GATES = 1  # Raise it when a gate becomes stricter, and every lesson is verified again.
DRAWN = 3


def key(tree, number):
    """The hash of everything that the gates of a lesson depend on."""
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


def due(numbers, keys, entries):
    """The lessons whose hash the ledger does not hold."""
    return [number for number in numbers if entries.get(f"{number:02d}") != keys[number]]


def drawn(numbers, commit):
    """Three of `numbers` that only the commit's hash decides, so that nobody can choose them."""
    return sorted(random.Random(commit).sample(sorted(numbers), min(DRAWN, len(numbers))))
