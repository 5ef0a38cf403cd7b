"""The numbers of lessons where people see them. A lesson is called by its slug; its number is its place in
the manifest, and is written here: into the names of folders, the links to them, and a lesson's own text."""

import re

from . import text as texts

_ASIDE = re.compile(r"`[^`]*`|\[[^\]]*\]\([^)\s]*\)|^# .*")
_MENTION = re.compile(r"\b[Ll]essons? \d+")


def folders(paths, lessons):
    """{a lesson's folder as it is: as it should be called}, of those that differ; `paths` are the tree's."""
    ids = {lesson.slug: lesson for lesson in lessons}
    found = dict.fromkeys(re.match(r"lessons/(\d+)-([a-z][a-z0-9-]*)(?=/)", path) for path in paths)
    names = {match.group(): ids[match.group(2)].folder for match in found if match and match.group(2) in ids}
    return {old: new for old, new in names.items() if old != new}


def renumbered(path, text, lessons):
    """A page with the numbers that the order of the lessons gives."""
    ids = {lesson.slug: lesson.id for lesson in lessons}
    slugs = "|".join(sorted(ids, key=len, reverse=True))
    text = re.sub(rf"(?<![\w-])\d+-({slugs})(?![\w-])", lambda m: f"{ids[m.group(1)]}-{m.group(1)}", text)
    text = re.sub(rf"\[([^\]\n\d]*)\d+([^\]\n]*\]\((?:[^)\s]*/)?\d+-({slugs})/README\.md\))",
                  lambda m: f"[{m.group(1)}{ids[m.group(3)]}{m.group(2)}", text)
    own = re.match(r"lessons/\d+-([a-z0-9-]+)/README\.md$", path)
    if own and own.group(1) in ids:
        number = ids[own.group(1)]
        text = re.sub(r"^# Lesson \d+:", f"# Lesson {number}:", text, count=1, flags=re.M)
        text = re.sub(r"\b([Tt]asks?) \d+\.(\d|build)\b", rf"\g<1> {int(number)}.\2", text)
        text = re.sub(r"\./lesson (start|show|check|bench|hint) \d\d\b", rf"./lesson \1 {number}", text)
    return text


def findings(path, text, lessons):
    """What is wrong with the numbers of a page, as "path:line: message"."""
    out = []
    wanted = renumbered(path, text, lessons)
    for number, (line, right) in enumerate(zip(text.split("\n"), wanted.split("\n"), strict=True), start=1):
        if line != right:
            out.append(f"{path}:{number}: a lesson's number isn't its place; run ./lesson text --update")
    lines = text.split("\n")
    for number, line in enumerate(texts.prose(lines, texts.fences(path, lines)), start=1):
        for match in _MENTION.finditer(_ASIDE.sub("", line)):
            out.append(_will_be_wrong(path, number, match.group()))
    return out + _in_tables(path, lines)


def _in_tables(path, lines):
    """The numbers in the first column of tables whose rows are lessons."""
    out, of_lessons = [], False
    for number, line in enumerate(lines, start=1):
        cell = _ASIDE.sub("", line[1:].partition("|")[0]) if line.startswith("|") else ""
        if not line.startswith("|") or not lines[number - 2].startswith("|"):
            of_lessons = cell.strip().lower() in ("lesson", "lessons")
        elif of_lessons and re.search(r"\b\d", cell):
            out.append(_will_be_wrong(path, number, cell.strip()))
    return out


def _will_be_wrong(path, line, what):
    return (f"{path}:{line}: \"{what}\" will be wrong once another lesson comes before it; make it a link to the lesson's "
            "text, whose number is written by ./lesson text --update")
