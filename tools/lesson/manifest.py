"""Reads lessons/lessons.toml: which lesson adds, and which removes, each file.

The loader is strict. A key that it does not know is an error, so a typing mistake cannot silently
drop a file from a lesson.
"""

import re
import tomllib
from dataclasses import dataclass, field

from .errors import LessonError

MANIFEST = "lessons/lessons.toml"
PAST = "lessons/past/"  # Superseded files live here on main and lose this prefix in a slice.


@dataclass(frozen=True)
class Green:
    """A test of the lesson that passes in its starter, and why that is right."""

    test: str
    reason: str


@dataclass
class Lesson:
    number: int  # Its place in the manifest.
    slug: str
    title: str
    part: str
    note: str = ""
    learn: str = ""       # "You will be able to ..."
    hours: int = 0        # Of the guided tasks.
    difficulty: int = 0   # 1 to 3.
    needs: list[str] = field(default_factory=list)  # Lessons that one should have done before.
    adds: list[str] = field(default_factory=list)
    removes: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    bench: list[str] = field(default_factory=list)
    size_reason: str = ""
    older_tests_stop: str = ""
    green_in_starter: list[Green] = field(default_factory=list)

    @property
    def id(self):
        return f"{self.number:02d}"

    @property
    def tag(self):
        return f"[{self.slug}]"

    def task_tag(self, task):
        """The tag of a case that is of task "7.2" alone."""
        return f"[{self.slug}.{task.rpartition('.')[2]}]"

    @property
    def folder(self):
        return f"lessons/{self.id}-{self.slug}"


@dataclass
class Manifest:
    lessons: list[Lesson]
    common: list[str]

    @property
    def last(self):
        return self.lessons[-1].number

    def lesson(self, number):
        for lesson in self.lessons:
            if lesson.number == number:
                return lesson
        raise LessonError(MANIFEST, f"there is no lesson {number:02d}",
                          f"choose one of {self.lessons[0].id}..{self.lessons[-1].id}")


_TEXT, _LIST, _NUMBER = "a string", "a list of strings", "a whole number"
_LESSON_KEYS = {"slug": _TEXT, "title": _TEXT, "part": _TEXT, "note": _TEXT, "size_reason": _TEXT,
                "older_tests_stop": _TEXT, "learn": _TEXT, "hours": _NUMBER, "difficulty": _NUMBER, "needs": _LIST,
                "adds": _LIST, "removes": _LIST, "tests": _LIST, "bench": _LIST,
                "green_in_starter": "a list of {test, reason}"}
_TOP_KEYS = {"common": _LIST, "lesson": "tables [[lesson]]"}


def load(text, name=MANIFEST):
    """Returns the Manifest that `text` describes, or raises a LessonError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LessonError(name, f"not TOML: {error}", "mend the syntax at that place") from None
    _check_keys(data, _TOP_KEYS, name, "")
    tables = data.get("lesson", [])
    if not isinstance(tables, list) or not tables:
        raise LessonError(name, "no [[lesson]] table", "add [[lesson]] with slug, title and part")
    lessons = [_lesson(place, table, name) for place, table in enumerate(tables, start=1)]
    for lesson in lessons:
        if any(lesson.slug == other.slug for other in lessons[:lesson.number - 1]):
            raise LessonError(name, f"two lessons are called {lesson.slug!r}", "give one another slug")
        for slug in lesson.needs:
            if slug not in [other.slug for other in lessons[:lesson.number - 1]]:
                raise LessonError(name, f"{lesson.slug} needs {slug!r}, which isn't a lesson before it",
                                  "name slugs of earlier lessons")
    return Manifest(lessons, data.get("common", []))


def _lesson(place, table, name):
    """The lesson of the table at `place`, which is its number."""
    slug = table.get("slug") if isinstance(table, dict) else None
    if not isinstance(slug, str) or not re.fullmatch(r"[a-z][a-z0-9-]*", slug):
        raise LessonError(name, f"the [[lesson]] at place {place}: its slug is {slug!r}",
                          'write slug = "bloom-filters": small letters, digits and hyphens')
    _check_keys(table, _LESSON_KEYS, name, f"{slug}.")
    for key in ("title", "part"):
        if not table.get(key):
            raise LessonError(name, f"lesson {slug} has no `{key}`", f"add {key} = \"...\"")
    green = []
    for entry in table.get("green_in_starter", []):
        if not isinstance(entry, dict) or set(entry) != {"test", "reason"}:
            raise LessonError(name, f"{slug}.green_in_starter: {entry!r}",
                              'write {test = "name of the test", reason = "why"}')
        green.append(Green(**entry))
    values = {key: value for key, value in table.items() if key != "green_in_starter"}
    return Lesson(number=place, green_in_starter=green, **values)


def _check_keys(table, known, name, prefix):
    for key, value in table.items():
        if key not in known:
            raise LessonError(name, f"unknown key `{prefix}{key}`",
                              f"known keys here: {', '.join(sorted(known))}")
        wanted = known[key]
        good = True
        if wanted == _TEXT:
            good = isinstance(value, str)
        elif wanted == _NUMBER:
            good = isinstance(value, int)
        elif wanted == _LIST:
            good = isinstance(value, list) and all(isinstance(item, str) for item in value)
        elif key == "green_in_starter":
            good = isinstance(value, list)
        if not good:
            raise LessonError(name, f"`{prefix}{key}` is not {wanted}", f"make it {wanted}")


# ---------------------------------------------------------------- which file belongs to whom


def is_glob(pattern):
    return any(sign in pattern for sign in "*?[")


def glob_regex(pattern):
    """`**/` spans folders, `**` at the end is everything below, `*` and `?` stay in one name."""
    out, i = "", 0
    while i < len(pattern):
        if pattern.startswith("**/", i):
            out, i = out + "(?:[^/]+/)*", i + 3
        elif pattern.startswith("**", i):
            out, i = out + ".*", i + 2
        elif pattern[i] == "*":
            out, i = out + "[^/]*", i + 1
        elif pattern[i] == "?":
            out, i = out + "[^/]", i + 1
        elif pattern[i] == "[" and "]" in pattern[i:]:
            end = pattern.index("]", i)
            out, i = out + pattern[i:end + 1], end + 1
        else:
            out, i = out + re.escape(pattern[i]), i + 1
    return re.compile(out)


class Matcher:
    """Finds the patterns of a list that match a path."""

    def __init__(self, patterns):
        self.exact = {pattern for pattern in patterns if not is_glob(pattern)}
        self.globs = [(p, glob_regex(p)) for p in patterns if is_glob(p)]

    def matches(self, path):
        return path in self.exact or any(regex.fullmatch(path) for _, regex in self.globs)


@dataclass
class Ownership:
    """For each path on main: the lesson that adds it (0 for common files), and who removes it."""

    added: dict[str, int]
    removed: dict[str, int]
    unmatched: list[tuple[int, str, str]]  # (lesson, key, pattern) of patterns without a file

    def alive(self, path, number):
        base = self.added.get(path)
        return base is not None and base <= number < self.removed.get(path, 10**6)


COMMON = 0


def ownership(manifest, paths):
    """Decides the owner of each path. A name spelled out beats a glob; two equals are an error."""
    claims = [(COMMON, "common", pattern) for pattern in manifest.common]
    for lesson in manifest.lessons:
        claims += [(lesson.number, "adds", pattern) for pattern in lesson.adds]
    added, unmatched = _owners(claims, paths)
    cuts = [(lesson.number, "removes", pattern)
            for lesson in manifest.lessons for pattern in lesson.removes]
    removed, lost = _owners(cuts, paths)
    for path, number in removed.items():
        if path not in added:
            raise LessonError(MANIFEST, f"lesson {number:02d} removes {path}, which none adds",
                              "name it in `adds` of the lesson that brings it")
        if added[path] >= number:
            raise LessonError(MANIFEST, f"lesson {number:02d} removes {path}, which lesson "
                              f"{added[path]:02d} adds", "a file is removed after it was added")
    return Ownership(added, removed, unmatched + lost)


def _owners(claims, paths):
    exact, globs, owners, used = {}, [], {}, set()
    for claim in claims:
        number, key, pattern = claim
        if is_glob(pattern):
            globs.append((glob_regex(pattern), claim))
        elif pattern in exact and exact[pattern] != claim:
            raise _twice(pattern, exact[pattern], claim)
        else:
            exact[pattern] = claim
    for path in paths:
        if path in exact:
            owners[path] = exact[path][0]
            used.add(exact[path])
            used.update(claim for regex, claim in globs if regex.fullmatch(path))
            continue
        hits = [claim for regex, claim in globs if regex.fullmatch(path)]
        used.update(hits)
        if len({claim[0] for claim in hits}) > 1:
            raise _twice(path, hits[0], next(c for c in hits if c[0] != hits[0][0]))
        if hits:
            owners[path] = hits[0][0]
    return owners, [claim for claim in claims if claim not in used]


def _twice(path, first, second):
    def name(claim):
        return f'{"common" if claim[0] == COMMON else f"lesson {claim[0]:02d} {claim[1]}"} ' \
               f'"{claim[2]}"'
    return LessonError(MANIFEST, f"{path} is claimed twice: {name(first)} and {name(second)}",
                       "spell the whole path out in the one lesson that owns it")
