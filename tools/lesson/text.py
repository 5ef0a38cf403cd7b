"""Keeps the text of a lesson true: its code blocks, commands, names, tasks and hints."""

import re
import subprocess
import textwrap
from dataclasses import dataclass

from . import head as heads
from .errors import LessonError

WORDS_MIN, WORDS_MAX = 900, 1800
HINTS_PER_TASK = 3
ANSWERS_MIN = 3
COMMAND_TIMEOUT_S = 30
REPEATED_LINES = 3  # So many lines of an answer in a row give it away.

_CODE = re.compile(r"\s*<!--\s*code:\s*(\S+)\s+(.+?)\s*-->\s*$")
_SPAN = re.compile(r'"(.+?)"\s*\.\.\s*"(.+?)"')
_HINT = re.compile(r"<details>\s*<summary>\s*Hint\s+(\d+)\b.*?</summary>(.*?)</details>",
                   re.DOTALL | re.IGNORECASE)
_NOT_RUN = ("./", "git ", "cd ", "cmake ", "ninja ", "sudo ")
_PATH = re.compile(r"(src|tests|include|bench|tools|docs|fuzz|lessons|examples|cmake)/[\w./{},*-]*")
_SYMBOL = re.compile(r"~?[A-Za-z_]\w*(?:::~?[A-Za-z_]\w*)+(?:\(\))?|[A-Z]\w*[a-z]\w*\(\)")
_FOREIGN = {"std", "rocksdb", "leveldb", "Catch", "benchmark", "chrono"}
_SOURCES = (".cc", ".h")


@dataclass
class Fence:
    """A fenced block: lines[first] and lines[last] are the fences."""

    first: int
    last: int
    info: str
    code: tuple | None  # (path, what) of the comment before it.

    def lesson(self, default):
        """The slug of the lesson whose programs the commands want."""
        found = re.search(r"\blesson=([a-z][a-z0-9-]*)", self.info)
        return found.group(1) if found else default


def fences(path, lines):
    """The fenced blocks of a text, in order."""
    found, i, code = [], 0, None
    while i < len(lines):
        comment = _CODE.match(lines[i])
        opening = re.match(r"(\s*)(```+|~~~+)(.*)$", lines[i])
        if comment:
            code = (comment.group(1), comment.group(2), i + 1)
        elif opening:
            mark = opening.group(2)
            end = next((j for j in range(i + 1, len(lines)) if lines[j].strip() == mark), None)
            if end is None:
                raise LessonError(f"{path}:{i + 1}", "this code block is never closed",
                                  f"add {mark} after its last line")
            found.append(Fence(i, end, opening.group(3).strip(), code))
            code, i = None, end
        elif lines[i].strip() and code:
            raise LessonError(f"{path}:{code[2]}", "no code block follows this comment",
                              "put ```cpp and ``` on the lines after it")
        i += 1
    return found


def prose(lines, blocks):
    """The lines outside fenced blocks, the others emptied."""
    out = list(lines)
    for block in blocks:
        out[block.first:block.last + 1] = [""] * (block.last + 1 - block.first)
    return out


def word_count(lines, blocks):
    """Of the lesson; the section of the build-it task doesn't count."""
    text = "\n".join(prose(lines, blocks))
    text = re.sub(r"^### Task \d+\.build\b.*?(?=^#{1,3} |\Z)", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"<!--.*?-->|<[^>]+>", " ", text, flags=re.DOTALL)
    return sum(1 for word in text.split() if re.search(r"\w", word))


# ---------------------------------------------------------------- tasks and hints


def task_section(text, task):
    """The section under the heading "Task 7.2...", or None."""
    found = re.search(rf"^(#+) Task {re.escape(task)}\b.*$", text, re.MULTILINE)
    if not found:
        return None
    rest = text[found.end():]
    end = re.search(rf"^#{{1,{len(found.group(1))}}} ", rest, re.MULTILINE)
    return rest[:end.start()] if end else rest


def hints(text, task):
    """The hints of a task, in order."""
    section = task_section(text, task)
    if section is None:
        return []
    found = sorted((int(number), body.strip()) for number, body in _HINT.findall(section))
    return [body for _, body in found]


def check_tasks(path, text, tasks):
    problems = []
    for task, (title, where, *_) in tasks.items():
        section = task_section(text, task)
        if section is None:
            problems.append(f'{path}: no heading "### Task {task}: {title}"')
            continue
        count = len(hints(text, task))
        if count != HINTS_PER_TASK and not task.endswith(".build"):
            problems.append(f"{path}: task {task} has {count} hints, not {HINTS_PER_TASK}; write "
                            "<details><summary>Hint 1</summary> ... </details>")
        if f"`{where}`" not in section:
            problems.append(f"{path}: the section of task {task} does not name its file, `{where}`")
    for task in re.findall(r"^#+ Task (\d+\.(?:\d+|build))\b", text, re.MULTILINE):
        if task not in tasks:
            problems.append(f"{path}: task {task} has a heading but no answer in the code")
    return problems


# ---------------------------------------------------------------- code blocks


def extract(text, what):
    """The lines of C++ source that `what` names: a symbol, or "first" .. "last"."""
    found = _place(text, what)
    return _dedent(text[found[0]:found[1]].split("\n")) if found else None


def _place(text, what):
    """(start, end) in the source of what `what` names, or None."""
    span = _SPAN.fullmatch(what)
    if span:
        first = text.find(span.group(1))
        last = text.find(span.group(2), text.rfind("\n", 0, first) + 1) if first >= 0 else -1
        if last < 0:
            return None
        end = text.find("\n", last)
        return text.rfind("\n", 0, first) + 1, end if end >= 0 else len(text)
    scope, _, name = what.rpartition("::")
    places = _definitions(text, what, name, scope)
    return places[0] if places else None


def _definitions(text, what, name, scope):
    """[(start, end)] of what may be the symbol, the best guess first."""
    spans, declarations = [], []
    patterns = [rf"\b{re.escape(what)}\s*\("]
    ranges = [(0, len(text))]
    if scope:
        inside = _definitions(text, scope.split("::")[-1], scope.split("::")[-1], "")
        ranges += inside
        patterns.append(rf"(?<![\w:.>]){re.escape(name)}\s*\(")
    else:
        patterns = [rf"\b(?:class|struct|union|enum(?:\s+class)?)\s+(?:\[\[\w+\]\]\s*)?{re.escape(name)}"
                    rf"\b(?=[^;(){{}}]*\{{)", rf"#define {re.escape(name)}\b",
                    rf"(?<![.>]){re.escape(name)}\s*\(", rf"\b{re.escape(name)}\b[^\n;()]*="]
    for pattern in patterns:
        for low, high in (ranges[:1] if pattern is patterns[0] or not scope else ranges[1:]):
            for found in re.compile(pattern).finditer(text, low, high):
                span, is_body = _extent(text, found.start())
                if span and (is_body or pattern.startswith("#define")):
                    spans.append(span)
                elif span:
                    declarations.append(span)
    return spans + declarations


def _extent(text, at):
    """((start, end), has a body) of the definition or declaration around `at`."""
    start = text.rfind("\n", 0, at) + 1
    if text[start:at].lstrip().startswith(("//", "return ", "*")):
        return None, False
    if text.startswith("#define", at):
        end = re.compile(r"(?<!\\)\n|\Z").search(text, at).start()
        return (start, end), True
    while start > 0:  # A template line or a return type may stand above.
        above = text.rfind("\n", 0, start - 1) + 1
        line = text[above:start - 1].strip()
        if not line or line.startswith(("//", "#")) or line.endswith((";", "{", "}", ":", ",")):
            break
        start = above
    end, has_body = _end_of(text, at)
    return ((start, end), has_body) if end else (None, False)


def _end_of(text, at):
    """(end, has a body): the end of the statement or of the braces that begin at `at`."""
    depth, body, i = 0, False, at
    while i < len(text):
        sign = text[i]
        if text.startswith("//", i):
            i = text.find("\n", i)
            if i < 0:
                break
            continue
        if sign in "\"'" and not (sign == "'" and text[i - 1].isalnum()):
            i = _after_literal(text, i)
            continue
        if sign in "({":
            depth += 1
        elif sign in ")}":
            depth -= 1
            if depth < 0:
                return None, False  # It was a use inside something else.
            if sign == "}" and depth == 0:
                rest = re.match(r"\s*[,{]", text[i + 1:i + 200])
                if not rest:
                    body = True
                    tail = re.match(r"[^\n]*", text[i + 1:])
                    return i + 1 + (tail.end() if tail.group().lstrip().startswith(";") else 0), body
        elif sign == ";" and depth == 0:
            return i + 1, False
        i += 1
    return None, False


def _after_literal(text, i):
    quote, i = text[i], i + 1
    while i < len(text) and text[i] not in (quote, "\n"):
        i += 2 if text[i] == "\\" else 1
    return i + 1


def _dedent(lines):
    return textwrap.dedent("\n".join(lines)).split("\n")


def code_block(path, block, files):
    """The lines that the block must hold."""
    source, what, number = block.code
    where = f"{path}:{number}"
    if source not in files:
        raise LessonError(where, f"{source} is not in this lesson", "name a file of the slice")
    lines = extract(files[source].data.decode(), what)
    if lines is None:
        raise LessonError(where, f"{source} has no {what}",
                          'name a function, a type or a constant, or "first line" .. "last line"')
    return lines


# ---------------------------------------------------------------- the answers of tasks


def told(lines):
    """[(number, code)] of the lines that are more than braces, blanks and a comment."""
    bare = ((number, re.sub(r"//.*", "", line).strip()) for number, line in enumerate(lines))
    return [(number, code) for number, code in bare if re.search(r"\w", code)]


def codes(lines):
    return [code for _, code in told(lines)]


def runs_of(lines, length):
    """Which `length` lines of code follow each other in `lines`."""
    said = codes(lines)
    return {tuple(said[at:at + length]) for at in range(len(said) + 1 - length)}


def lines_of_answers(text, bodies):
    """The numbers, from 0, of the lines of a source file that belong to a task's answer."""
    source, found = told(text.split("\n")), set()
    for body in bodies:
        wanted = codes(body)
        for at in range(len(source) + 1 - len(wanted)) if wanted else ():
            here = source[at:at + len(wanted)]
            if [code for _, code in here] == wanted:
                found.update(number for number, _ in here)
    return found


def gives_away(lines, block, files, answers):
    """The file of the task whose answer, or part of it, a code block shows; None if it shows none.

    A block drawn from the slice gives away an answer that it shares a line with, and a block without
    a comment one that it repeats REPEATED_LINES lines of.
    """
    if block.code:
        source, what, _ = block.code
        if source not in files or source not in answers:
            return None
        text = files[source].data.decode()
        place = _place(text, what)
        if place is None:
            return None
        first, last = text.count("\n", 0, place[0]), text.count("\n", 0, place[1])
        hit = any(first <= number <= last for number in lines_of_answers(text, answers[source]))
        return source if hit else None
    if block.info.split()[:1] in (["console"], ["mermaid"]):
        return None
    shown = runs_of(lines[block.first + 1:block.last], REPEATED_LINES)
    return next((source for source, bodies in answers.items()
                 for body in bodies if shown & runs_of(body, REPEATED_LINES)), None)


def folds(lines, blocks):
    """[(first, last)]: the lines between which a <details> is open; fenced blocks don't count."""
    found, opened = [], []
    for number, line in enumerate(prose(lines, blocks)):
        for tag in re.findall(r"<(/?)details\b", line):
            if not tag:
                opened.append(number)
            elif opened:
                found.append((opened.pop(), number))
    return found


def check_answers(path, lines, blocks, files, answers):
    """Nobody reads the answer of a task who didn't unfold it; enough questions have one."""
    folded, problems, given = folds(lines, blocks), [], set()
    for block in blocks:
        source = gives_away(lines, block, files, answers)
        if source is None:
            continue
        around = [fold for fold in folded if fold[0] < block.first and block.last < fold[1]]
        given.update(around)
        if not around:
            problems.append(
                f"{path}:{block.first + 1}: this block shows the answer of a task in {source}; fold "
                "it, <details><summary>The answer, when you have yours</summary>, or show other code")
    text = "\n".join(lines)
    count = len(folded) - len(_HINT.findall(text)) - sum(
        1 for first, last in given if not _HINT.match("\n".join(lines[first:last + 1])))
    if count < ANSWERS_MIN:
        problems.append(f"{path}: {count} questions with collapsed answers, not {ANSWERS_MIN}; "
                        "write <details><summary>Answer</summary> ... </details>")
    return problems


# ---------------------------------------------------------------- commands


@dataclass
class Command:
    line: int          # Index of the `$` line in the text.
    text: str
    expected: list
    output_at: int     # Index of its first line of output.


def commands(lines, block):
    """The `$` commands of a console block, with the output that the text claims."""
    found, i = [], block.first + 1
    while i < block.last:
        if not lines[i].startswith("$ "):
            if not found:
                i += 1
                continue
            found[-1].expected.append(lines[i])
            i += 1
            continue
        command = Command(i, lines[i][2:], [], 0)
        i += 1
        while i < block.last and lines[i].startswith("> ") and (
                command.text.endswith("\\") or "<<" in command.text):
            command.text += "\n" + lines[i][2:]
            i += 1
        command.output_at = i
        found.append(command)
    return found


def runs(command):
    return not command.text.startswith(_NOT_RUN)


def output_matches(expected, actual):
    """Compares lines; `...` is anything in a line, and alone on a line any lines."""
    pattern = ""
    for line in expected:
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            parts = (re.escape(part) for part in line.rstrip().split("..."))
            pattern += "[^\n]*".join(parts) + r"[ \t]*\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in actual)) is not None


def compares(line):
    """Whether a line of output says more than that anything may stand there."""
    return line.replace("...", "").strip() != ""


def run_command(command, folder, path, home):
    environment = {"PATH": path, "HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8",
                   "TZ": "UTC", "TERM": "dumb", "NO_COLOR": "1", "STRATA_BENCH_QUICK": "1"}
    try:
        done = subprocess.run(["bash", "-c", command.text], cwd=folder, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=COMMAND_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return [f"(still running after {COMMAND_TIMEOUT_S} s)"]
    text = done.stdout.decode(errors="replace")
    return text.rstrip("\n").split("\n") if text.strip("\n") else []


# ---------------------------------------------------------------- names


def names(lines, blocks):
    """[(line number, span)] of the backticked spans that must exist in the slice."""
    found, exempt, level = [], False, 0
    for number, line in enumerate(prose(lines, blocks), start=1):
        heading = re.match(r"(#+) (.*)", line)
        if heading and (not exempt or len(heading.group(1)) <= level):
            exempt = "real systems" in heading.group(2).lower()
            level = len(heading.group(1))
        if not exempt:
            found += [(number, span) for span in re.findall(r"`([^`\n]+)`", line)]
    return found


def expand(path):
    """Expands `a.{h,cc}`."""
    found = re.search(r"\{([^{}]*)\}", path)
    if not found:
        return [path]
    return [result for part in found.group(1).split(",")
            for result in expand(path[:found.start()] + part + path[found.end():])]


class Names:
    """Which paths and symbols a slice has."""

    def __init__(self, files):
        self.paths = set(files)
        for path in files:
            while "/" in path:
                path = path.rsplit("/", 1)[0]
                self.paths.add(path)
        self.words = [set(re.findall(rb"[A-Za-z_]\w*", file.data))
                      for path, file in files.items() if path.endswith(_SOURCES)]

    def has_path(self, path):
        from .manifest import glob_regex
        return all(any(glob_regex(one).fullmatch(known) for known in self.paths) if "*" in one
                   else one.rstrip("/") in self.paths for one in expand(path))

    def has_symbol(self, symbol):
        parts = [part.strip("~").encode() for part in symbol.removesuffix("()").split("::")
                 if part != "strata"]
        return any(all(part in words for part in parts) for words in self.words)


def check_names(path, lines, blocks, files):
    problems, known = [], Names(files)
    for number, span in names(lines, blocks):
        if _PATH.fullmatch(span):
            if not known.has_path(span):
                problems.append(f"{path}:{number}: `{span}` is not in this lesson")
        elif _SYMBOL.fullmatch(span) and span.split("::")[0] not in _FOREIGN:
            if not known.has_symbol(span):
                problems.append(f"{path}:{number}: `{span}` is nowhere in this lesson's code")
    return problems


# ---------------------------------------------------------------- the whole text


@dataclass
class Report:
    words: int
    code_blocks: int
    commands: int
    problems: list
    updated: str  # The text as --update would write it.


def check(path, text, files, tasks, answers, slug, programs, home, head):
    """Checks a lesson's text against its slice.

    `answers` holds the lines of each task's answer, {path: [lines, ...]}; `programs(slug)` returns
    the PATH with the programs of a lesson, and commands aren't run without it; `home` is an empty
    folder for them to run in; `head` are the lines that the text must begin with, below its title.
    """
    lines = text.split("\n")
    blocks = fences(path, lines)
    problems, edits, counts = [], [], [0, 0]
    first, last = heads.place(lines)
    if lines[first:last] != head:
        problems.append(f"{path}:{first + 1}: the head isn't as the manifest says; run ./lesson text --update")
        edits.append((first, last, head if last > first else ["", *head]))
    own = heads.without(lines)
    words = word_count(own, fences(path, own))
    if not WORDS_MIN <= words <= WORDS_MAX:
        problems.append(f"{path}: {words} words; the text of a lesson has {WORDS_MIN} to {WORDS_MAX}")
    problems += check_tasks(path, text, tasks)
    problems += check_answers(path, lines, blocks, files, answers)
    problems += check_names(path, lines, blocks, files)
    for block in blocks:
        if block.code:
            counts[0] += 1
            _check_code(path, lines, block, files, problems, edits)
        elif block.info.split()[:1] == ["console"]:
            counts[1] += _check_console(path, lines, block, slug, programs, home, problems, edits)
    for first, last, new in sorted(edits, reverse=True):
        lines[first:last] = new
    return Report(words, counts[0], counts[1], problems, "\n".join(lines))


def _check_code(path, lines, block, files, problems, edits):
    try:
        wanted = code_block(path, block, files)
    except LessonError as error:
        problems.append(str(error))
        return
    if lines[block.first + 1:block.last] != wanted:
        problems.append(f"{path}:{block.first + 1}: the block differs from {block.code[0]} "
                        f"{block.code[1]}; run ./lesson text --update")
        edits.append((block.first + 1, block.last, wanted))


def _check_console(path, lines, block, slug, programs, home, problems, edits):
    count, spoke, compared = 0, None, False
    for command in commands(lines, block):
        if not runs(command):
            continue
        count += 1
        if programs is None:
            continue
        actual = run_command(command, home, programs(block.lesson(slug)), home)
        if actual and spoke is None:
            spoke = command
        compared |= any(compares(line) for line in command.expected)
        if not output_matches(command.expected, actual):
            problems.append(f"{path}:{command.line + 1}: `{command.text}` prints something else:\n"
                            + "\n".join("    " + line for line in actual[:20]))
            edits.append((command.output_at, command.output_at + len(command.expected), actual))
    if spoke and spoke.expected and not compared:
        problems.append(f"{path}:{spoke.line + 1}: `{spoke.text}` prints something, but nothing in "
                        "this block is compared with it; show the lines that the text speaks of")
    return count
