"""What a learner does: start, check, hint, next, show."""

import functools
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import manifest, progress, running, slicer, text
from .build import Build, BuildFailed
from .errors import LessonError

STATE = "strata-lesson.json"  # In the git folder of the work tree: hints seen, the task at hand.


def git(root, *arguments, check=True):
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True)
    if check and done.returncode != 0:
        raise LessonError(f"git {arguments[0]}", done.stderr.strip())
    return done


def has_tag(root, tag):
    return git(root, "rev-parse", "-q", "--verify", f"refs/tags/{tag}", check=False).returncode == 0


def require_tag(root, tag):
    if not has_tag(root, tag):
        raise LessonError(f"tag {tag}", "does not exist in this clone",
                          "run ./lesson tags in a checkout of main, or git fetch --tags")


def current(root):
    """The number of the lesson whose tree this is."""
    path = Path(root) / slicer.CURRENT
    if not path.exists():
        raise LessonError(root, "this is main, not the tree of a lesson",
                          "./lesson start NN opens one; here ./lesson show NN shows a text")
    words = path.read_text().split()
    if not words or not words[0].isdigit():
        raise LessonError(path, "should begin with the number of this tree's lesson", f"git checkout {slicer.CURRENT}")
    return int(words[0])


def builds(root):
    """Whether this is the tree of a build-it task."""
    path = Path(root) / slicer.CURRENT
    return path.exists() and path.read_text().split()[1:] == ["build"]


def starter_tag(root, number):
    """The tag of what the learner of the tree at `root` was given."""
    return f"lesson-{number:02d}-{'build' if builds(root) else 'start'}"


def lesson_of(root, number):
    return manifest.load((Path(root) / manifest.MANIFEST).read_text()).lesson(number)


def sizes(root, lesson):
    """How many tasks, files and lines of code a lesson brings, by its tag, or by this tree as far as
    that goes; dashes where neither has it."""
    number, files = lesson.number, _files_at(root, lesson.number)
    if files is not None:
        before = _files_at(root, number - 1) or {}
    elif number <= current(root):
        files, before = slicer.WorkTree(root).read_all(), {}
    else:
        return "-", "-", "-"
    adds = manifest.Matcher([pattern.removeprefix(manifest.PAST) for pattern in lesson.adds])
    mine = [path for path in files if adds.matches(path)]
    source = files[lesson.folder + "/README.md"].data.decode()
    changed = files if before or number == 1 else {path: files[path] for path in mine}
    return (len(re.findall(r"^#+ Task \d+\.\d+\b", source, re.MULTILINE)), len(mine),
            slicer.added_lines(before, changed))


@functools.lru_cache(maxsize=2)
def _files_at(root, number):
    """The files of a lesson's tag, or None."""
    tag = f"lesson-{number:02d}"
    return slicer.Commit(root, tag).read_all() if has_tag(root, tag) else None


def readme(root, number):
    found = sorted(Path(root).glob(f"lessons/{number:02d}-*/README.md"))
    if not found:
        lesson_of(root, number)  # Says which there are.
        raise LessonError(f"lesson {number:02d}", "its text is not in this tree",
                          f"./lesson start {number:02d}, or ./lesson show {number:02d} in your clone of main")
    return found[0]


class State:
    """What the tool remembers of a learner between calls, kept out of the work tree."""

    def __init__(self, root):
        done = git(root, "rev-parse", "--absolute-git-dir", check=False)
        folder = Path(done.stdout.strip()) if done.returncode == 0 else Path(root)
        self.path = folder / STATE if done.returncode == 0 else folder / f".{STATE}"
        self.data = self._load()

    def _load(self):
        """Nothing, if it was damaged: hints begin with the first again then, and that is all."""
        try:
            data = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}

    def save(self):
        half = self.path.with_suffix(".new")  # Who is killed here leaves the old one.
        half.write_text(json.dumps(self.data, indent=1) + "\n")
        half.replace(self.path)


def start(root, number, folder=None, build_it=False):
    """Opens a work tree of lesson-NN-start, or -build, on a branch of its own; returns a Started."""
    lesson_of(root, number)
    tag = f"lesson-{number:02d}-{'build' if build_it else 'start'}"
    if build_it and has_tag(root, f"lesson-{number:02d}") and not has_tag(root, tag):
        raise LessonError(f"lesson {number:02d}", "has no build-it task",
                          f"./lesson start {number:02d} opens the guided ones")
    require_tag(root, tag)
    name = f"{number:02d}{'-build' if build_it else ''}"
    folder = Path(folder or Path(root).resolve().parent / f"strata-lesson-{name}").resolve()
    if folder.exists() and not folder.is_dir():
        raise LessonError(folder, "is a file", "name a folder, or none")
    if folder.exists() and any(folder.iterdir()):
        raise LessonError(folder, "is not empty", "go on working there, or name another folder")
    branch = f"my-lesson-{name}"
    _repair_moved(root)
    for place, where in worktrees(root):
        if where == branch and place.exists():
            raise LessonError(f"lesson {number:02d}", f"it is open in {place}",
                              f"go on working there, or begin afresh there: git reset --hard {tag}")
        if place == folder:
            _set_aside(root, place)
    again = git(root, "rev-parse", "-q", "--verify", f"refs/heads/{branch}", check=False).returncode == 0
    if again:  # By force: of a tree that is gone git still says that it has the branch.
        git(root, "worktree", "add", "--force", str(folder), branch)
    else:
        git(root, "worktree", "add", "-b", branch, str(folder), tag)
    return Started(folder, branch, tag, again)


@dataclass
class Started:
    folder: Path
    branch: str
    tag: str
    again: bool  # The branch was there: what the learner has committed in it is in the folder.


def worktrees(root):
    """[(folder, branch or None)] of the clone's trees, also of those that aren't there any more."""
    found = []
    for line in git(root, "worktree", "list", "--porcelain").stdout.splitlines():
        kind, _, value = line.partition(" ")
        if kind == "worktree":
            found.append((Path(value), None))
        elif kind == "branch":
            found[-1] = found[-1][0], value.removeprefix("refs/heads/")
    return found


def _repair_moved(root):
    """Tells git where trees are now that were renamed, beside each other as ./lesson start makes them."""
    if all(place.exists() for place, _ in worktrees(root)):
        return
    beside = {place.parent for place, _ in worktrees(root) if place.parent.is_dir()}
    moved = [str(path.parent) for folder in beside for path in folder.glob("*/.git") if path.is_file()]
    for folder in moved:  # It may be another clone's.
        git(root, "worktree", "repair", folder, check=False)


def _set_aside(root, place):
    """Frees the name of a tree that isn't there. Its data stay: if it was moved, it needs them."""
    folder = Path(git(root, "rev-parse", "--path-format=absolute", "--git-common-dir").stdout.strip())
    for entry in (folder / "worktrees").glob("*/gitdir"):
        if Path(entry.read_text().strip()).parent == place:
            entry.write_text(f"{place}.moved/.git\n")


def build(root, kind="test"):
    """Builds through ./dev, which also installs what is missing, or with CMake alone; returns the
    Build and the log."""
    built = Build(Path(root), kind, options=(), strict=False)
    if not (Path(root) / "dev").exists():
        return built, built.make()
    done = subprocess.run([str(Path(root) / "dev"), "build", kind], cwd=root, env=built.environment(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    log = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        raise BuildFailed("./dev build " + kind, log)
    return built, log


def check(root, number):
    """Builds, runs the tests, prints the state of the lesson; returns whether all is done."""
    lesson = lesson_of(root, number)
    first = "" if (Path(root) / "build" / "test").exists() else "; the first time takes minutes"
    print(f"building lesson {number:02d} (./dev build test{first}) ...", flush=True)
    try:
        built, log = build(root)
    except BuildFailed as error:
        said = [line for line in _near(root, error.excerpt(60)) if not line.startswith("FAILED: ")
                and not re.search(r" -o \S+\.o -c ", line)]
        print("\n".join(["It does not compile yet:", "", *said[:40], ""]))
        return False
    warnings = [line for line in _near(root, log) if re.search(r"\bwarning:", line)]
    if warnings:
        print("The compiler warns:\n" + "\n".join("  " + line for line in warnings[:10]))
    starter = None
    if has_tag(root, starter_tag(root, number)):
        starter = slicer.Commit(root, starter_tag(root, number)).read_all()
    state = State(root)
    memory = state.data.setdefault("tests", {}).setdefault(lesson.id, {})
    print(f"running the tests of lesson {number:02d} ...", flush=True)
    said = []
    found = examine(root, lesson, built, starter, memory, lambda program: _say_begun(program, said))
    if said:
        print()
    state.data["task"] = found.progress.next and found.progress.next.number or None
    if found.done:
        state.data["done"] = sorted({*state.data.get("done", []), number})
    state.save()
    print("\n".join(found.lines))
    return found.done


def _say_begun(program, said):
    """Prints which program of earlier lessons runs now; `said` are those before it."""
    print(("" if said else "those of earlier lessons: ") + program.removeprefix("strata_test_"), end=" ", flush=True)
    said.append(program)


def _near(root, log):
    """The lines of a build's log, with the paths as they are from the top of the tree."""
    return log.replace(f"{Path(root).resolve()}/", "").splitlines()


@dataclass
class Examined:
    done: bool
    progress: progress.Progress
    lines: list


def examine(root, lesson, built, starter, memory, begun):
    """Runs what stands for the lesson in the tree at `root`: its own cases, one by one, and, unless one of
    them hangs, those of earlier lessons. `starter` is the starter's files, or None; `memory` is judge()'s;
    `begun` is run_others()'s."""
    cases = built.cases()
    own = _run_own(built, lesson, cases)
    older = None
    if not any(outcome.hung for outcome in own):
        older = running.run_others(built, lesson, cases, planted=False, begun=begun)
    return _report(root, lesson, built, starter, memory, own, older)


def examine_own(root, lesson, built, starter, memory, older=(0, ())):
    """The same for the lesson's own cases alone; `older` says how the others went."""
    return _report(root, lesson, built, starter, memory, _run_own(built, lesson, built.cases()), older)


def _run_own(built, lesson, cases):
    return built.run_all(running.own_cases(lesson, cases, planted=False))


def _report(root, lesson, built, starter, memory, own, older):
    """What to say of the outcomes; `older` is None if the others weren't run."""
    tests = _tests_of(root)
    tasks = tasks_in(root, lesson, starter)
    given = {name for green in lesson.green_in_starter
             for name in running.excused_names(green.test, tests)}
    here = progress.judge(tasks, own, case_sources(tests), memory, given)
    count, failed = older or (0, ())
    stopped = [outcome for outcome in failed if any(task.number in outcome.tasks for task in tasks)]
    broken = [outcome for outcome in failed if outcome not in stopped]
    lines = [] if older else ["earlier lessons: not run, as long as a test of this one hangs"]
    if count:
        lines = [f"earlier lessons: {count - len(failed)} of {count} tests pass"
                 + (f", {len(stopped)} stop at a task of this lesson" if stopped else "")]
    lines += [f'  "{outcome.case.name}": {outcome.verdict()}' for outcome in broken]
    lines.append(f"lesson {lesson.id}: {sum(outcome.passed for outcome in own)} of {len(own)} tests pass"
                 + _uncounted(len(own) - sum(len(task.tests) for task in (*here.tasks, here.together))))
    width = max((len(task.title) for task in tasks), default=0)
    for task in [*tasks, here.together] if here.together.tests else tasks:
        name = f"task {task.number}  {task.title.ljust(width)}" if task.number else task.title
        lines.append(f"  {name.ljust(width + 10)}  {task.said()}")
    if here.next is None and not failed:
        lines += ["", f"Lesson {lesson.id} is done. Measure it with ./lesson bench {lesson.number}; "
                  "go on with ./lesson next."]
        return Examined(True, here, lines)
    return Examined(False, here, lines + _what_next(root, built, here, broken or stopped))


def _uncounted(count):
    return f" ({count} of them passed before you began, and count for no task)" if count else ""


def _what_next(root, built, here, older_failures):
    """What to look at, and how: the lesson's next test, or, once all are green, an earlier one."""
    failure, lines = here.failure, [""]
    if failure is None:
        failure = older_failures[0]
        lines += ["next: this lesson's tests are green, but one of an earlier lesson fails", ""]
    elif here.next.number:
        lines += [f"next: task {here.next.number}, {here.next.title}", f"  in {here.next.path}", ""]
    else:
        lines += ["next: each task works by itself; together they don't", ""]
    lines += [f'"{failure.case.name}": {failure.verdict()}']
    if not failure.tasks:
        lines += ["  | " + line for line in _what_it_said(root, failure)[:30]]
    elif here.next and here.next.number and here.next.number not in failure.tasks:
        lines += [f"  It gets there because task {here.next.number} does nothing yet."]
    if here.doubtful:
        lines += ["", "Still red, perhaps for want of a later task:"]
        lines += [f'  task {task.number}: "{task.red[0].case.name}"' for task in here.doubtful]
    lines += ["", f"Run this test alone:  {built.command(failure.case, root)}"]
    if here.next and here.next.number and not here.next.number.endswith(".build"):
        lines.append(f"A hint:               ./lesson hint {here.next.number}")
    return lines


_FRAME = re.compile(r"([-~.=])\1{30,}|Filters: |.* is a Catch v|Run with -\?|test cases: |assertions: ")


def _what_it_said(root, failure):
    """The output of a failed case, without what Catch2 puts around it; paths from the top of the tree."""
    return [line.replace("../../tests/", "tests/").replace("../../src/", "src/")
            for line in _near(root, failure.output)
            if line.strip() and line.strip() != failure.case.name and not _FRAME.match(line)]


def _tests_of(root):
    return {str(path.relative_to(root)): slicer.File(path.read_bytes())
            for path in sorted(Path(root).glob("tests/*/*_test.cc"))}


def case_sources(tests):
    """{key of a case: the file that it is in}."""
    found = {}
    for path, file in tests.items():
        program = f"strata_test_{Path(path).parent.name}"
        for name in running.case_names(file.data.decode(errors="replace")):
            found[f"{program}\t{name}"] = path
    return found


def tasks_in(root, lesson, starter):
    """The tasks of a lesson, in order, with what is still the starter's in the tree at `root`."""
    titles = dict(re.findall(r"^#+ Task (\d+\.(?:\d+|build)): *(.*?) *$", readme(root, lesson.number).read_text(),
                             re.MULTILINE))
    titles = {task: title for task, title in titles.items() if task.endswith(".build") == builds(root)}
    places = tasks_of(root, lesson.number)
    for path, file in (starter or {}).items():
        if path.startswith(("src/", "include/")):
            for task in progress.stand_ins(file.data.decode(errors="replace")):
                places[task] = path if task in places else places.get(task, path)
    tasks = []
    for task in sorted(titles, key=_order):
        path = places.get(task, "")
        mine = Path(root) / path
        text_of_mine = mine.read_text(errors="replace") if path and mine.is_file() else ""
        start = starter[path].data.decode() if starter and path in starter else ""
        untouched = progress.is_untouched(task, start, text_of_mine)
        tasks.append(progress.Task(task, titles[task], path, lesson.task_tag(task)[1:-1], untouched,
                                   untouched and f'YoursToWrite("{task}"' not in text_of_mine))
    return tasks


def _order(task):
    number, _, place = task.partition(".")
    return int(number), int(place) if place.isdigit() else 0


def tasks_of(root, number):
    """{task: file} of the tasks of the tree at `root`, as the text of a lesson names them."""
    return {task: path for task, path in _tasks_named(readme(root, number).read_text()).items()
            if task.endswith(".build") == builds(root)}


def _tasks_named(source):
    """{task: file} of all tasks that a text names, guided or not."""
    found = {}
    for task in re.findall(r"^#+ Task (\d+\.(?:\d+|build))\b", source, re.MULTILINE):
        path = re.search(r"`((?:src|include)/[\w./]+)`", text.task_section(source, task))
        found[task] = path.group(1) if path else ""
    return found


def hint(root, number, task=None):
    """Returns (title, text) of the next hint, and remembers that it was given. Who builds a module whole
    may ask for those of the guided tasks."""
    source = readme(root, number).read_text()
    state = State(root)
    named, mine = _tasks_named(source), list(tasks_of(root, number))
    at_hand = state.data.get("task")
    task = task or (at_hand if at_hand in mine else mine[0] if mine else None)
    if task is None or task not in named:
        raise LessonError(f"lesson {number:02d}", f"it has no task {task}" if task else "it has no tasks",
                          f"its tasks are {', '.join(named)}" if named else "")
    hints = text.hints(source, task)
    if not hints:
        guided = [other for other in named if text.hints(source, other)]
        raise LessonError(f"task {task}", "it has no hints",
                          f"the guided tasks have some: ./lesson hint {guided[0]}" if guided else "")
    seen = state.data.setdefault("hints", {})
    at = seen.get(task, 0)
    if at >= len(hints):
        return (f"task {task}: there is no further hint",
                f"The answer: git diff {starter_tag(root, number)} lesson-{number:02d}"
                + (f" -- {named[task]}" if named[task] else ""))
    seen[task] = at + 1
    state.save()
    return f"task {task}, hint {at + 1} of {len(hints)}", hints[at]


def apply_next(root, force=False):
    """Puts the next lesson's scaffold on the learner's own code; returns (number, conflicts)."""
    number = current(root)
    left = [] if force else unfinished(root, number)
    if left:
        what = f"task {left[0]} is" if len(left) == 1 else f"tasks {', '.join(left)} are"
        raise LessonError(f"lesson {number:02d}", f"{what} still to be written",
                          "./lesson check says where you are; ./lesson next --force goes on as it is")
    before, after = f"lesson-{number:02d}", f"lesson-{number + 1:02d}-start"
    if not has_tag(root, after):
        raise LessonError(f"lesson {number:02d}", "there is no next lesson in this clone",
                          "git fetch --tags, or enjoy the finished store")
    require_tag(root, before)
    if git(root, "status", "--porcelain", "--untracked-files=no").stdout.strip():
        raise LessonError(root, "you have changes that are not committed",
                          f"git commit -am 'lesson {number:02d}: done'")
    patch = subprocess.run(["git", "-C", str(root), "diff", "--binary", "--full-index", before, after, "--",
                            ":(top)", f":(exclude,top){slicer.CURRENT}"], capture_output=True, check=True).stdout
    done = subprocess.run(["git", "-C", str(root), "apply", "-3", "--whitespace=nowarn", "-"],
                          input=patch, capture_output=True)
    conflicts = git(root, "diff", "--name-only", "--diff-filter=U").stdout.split()
    if done.returncode != 0 and not conflicts:
        raise LessonError("git apply -3", done.stderr.decode().strip(),
                          f"start afresh with ./lesson start {number + 1}")
    (Path(root) / slicer.CURRENT).write_text(f"{number + 1:02d}\n")
    git(root, "add", slicer.CURRENT)
    return number + 1, conflicts


def unfinished(root, number):
    """The tasks of a lesson whose stand-ins are untouched, unless check has called it done."""
    if number in State(root).data.get("done", []):
        return []
    tag = starter_tag(root, number)
    starter = slicer.Commit(root, tag).read_all() if has_tag(root, tag) else None
    return [task.number for task in tasks_in(root, lesson_of(root, number), starter) if task.untouched]


def folded(source, number):
    """A text without what its collapsed blocks hold: the hints of a task become one line."""
    def hints(found):
        task = re.findall(r"^#+ Task (\d+\.(?:\d+|build))\b", source[:found.start()], re.MULTILINE)[-1:]
        count = found.group().count("<details>")
        return f"[{count} hint{'s' if count != 1 else ''}: ./lesson hint {' '.join(task)}]\n\n"

    def other(found):
        return f"[{' '.join(found.group(1).split())}: ./lesson show {number:02d} --all]"
    short = re.sub(r"(?:<details>\s*<summary>\s*Hint\b.*?</details>\s*)+", hints, source, flags=re.DOTALL)
    return re.sub(r"<details>\s*<summary>(.*?)</summary>.*?</details>", other, short, flags=re.DOTALL)


def show(root, number, everything=False):
    """Prints the text, through a pager on a terminal."""
    source = readme(root, number).read_text()
    if not everything:
        source = folded(source, number)
    if not sys.stdout.isatty():
        print(source, end="")
        return
    pager = os.environ.get("PAGER", "less -R")
    subprocess.run(pager, shell=True, input=source.encode(), check=False)
