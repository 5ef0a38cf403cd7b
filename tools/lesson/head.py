"""The head of a lesson's text: what it is for, what it takes, and where to go on. Written from the
manifest by `./lesson text --update`, so that numbers and links follow the order of the lessons."""

import re

BEGIN, END = "<!-- head: ./lesson text --update writes it -->", "<!-- /head -->"
_DIFFICULTY = {1: "easy", 2: "medium", 3: "hard"}


def head(tree, lesson):
    """The lines of the head, its two comments included."""
    rows = [("You will be able to", lesson.learn)] if lesson.learn else []
    if lesson.hours:
        rows.append(("Time, difficulty", f"{lesson.hours} hour{'s' if lesson.hours > 1 else ''}, "
                     f"{_DIFFICULTY.get(lesson.difficulty, '?')}"))
    if lesson.needs:
        rows.append(("You should know", ", ".join(
            _link(lesson_of(tree, slug)) for slug in lesson.needs)))
    files = dict.fromkeys(path for _, path, _ in tree.tasks(lesson.number).values())
    rows.append(("You will write in", ", ".join(_file(tree, path) for path in files)))
    whole = [_file(tree, path) for path in tree.whole(lesson.number, "build")]
    if whole:
        rows.append(("Or build it whole", f"`./lesson start {lesson.id} --build`: all of {' and '.join(whole)}"))
    rows.append(("What changes", " then ".join(
        [f"`git diff lesson-{lesson.number - 1:02d} lesson-{lesson.id}-start` (given)"][:lesson.number > 1]
        + [f"`git diff lesson-{lesson.id}-start lesson-{lesson.id}` (the answers)"])))
    rows.append(("Before and after", " · ".join(_neighbours(tree, lesson))))
    return [BEGIN, "", "| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows), "", END]


def lesson_of(tree, slug):
    return tree.manifest.lesson(tree.numbers[slug])


def _link(lesson):
    return f"[{lesson.id} {lesson.title}](../{lesson.folder.split('/')[1]}/README.md)"


def _neighbours(tree, lesson):
    lessons = tree.manifest.lessons
    near = [f"← {_link(lessons[lesson.number - 2])}"] if lesson.number > 1 else []
    near.append("[all lessons](../README.md)")
    return near + ([f"{_link(lessons[lesson.number])} →"] if lesson.number < len(lessons) else [])


def _file(tree, path):
    """A link where main has the file; some lessons' files are of the past."""
    return f"[`{path}`](../../{path})" if path in tree.files and \
        tree.owners.alive(path, tree.manifest.last) else f"`{path}`"


def place(lines):
    """(first, last) of the head in a text's lines, both comments included; where it belongs, (i, i), if it
    has none."""
    if BEGIN in lines and END in lines:
        return lines.index(BEGIN), lines.index(END) + 1
    title = next((i for i, line in enumerate(lines) if re.match(r"# ", line)), -1)
    return title + 1, title + 1


def without(lines):
    """The text without its head."""
    first, last = place(lines)
    return lines[:first] + lines[last:]
