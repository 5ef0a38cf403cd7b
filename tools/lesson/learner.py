"""What a learner does: start, check, hint, next, show."""

import json
import os
import subprocess
import sys
from pathlib import Path

from . import slicer, text
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
                          "./lesson start NN makes one; or give the lesson's number")
    return int(path.read_text())


def readme(root, number):
    found = sorted(Path(root).glob(f"lessons/{number:02d}-*/README.md"))
    if not found:
        raise LessonError(f"lesson {number:02d}", "its text is not in this tree",
                          "./lesson list shows the lessons")
    return found[0]


class State:
    """What the tool remembers of a learner between calls, kept out of the work tree."""

    def __init__(self, root):
        done = git(root, "rev-parse", "--absolute-git-dir", check=False)
        folder = Path(done.stdout.strip()) if done.returncode == 0 else Path(root)
        self.path = folder / STATE if done.returncode == 0 else folder / f".{STATE}"
        self.data = json.loads(self.path.read_text()) if self.path.exists() else {}

    def save(self):
        self.path.write_text(json.dumps(self.data, indent=1) + "\n")


def start(root, number, folder=None):
    """Opens a work tree of lesson-NN-start on a branch of its own; returns its folder."""
    tag = f"lesson-{number:02d}-start"
    require_tag(root, tag)
    folder = Path(folder or Path(root).resolve().parent / f"strata-lesson-{number:02d}").absolute()
    if folder.exists() and any(folder.iterdir()):
        raise LessonError(folder, "is not empty", "go on working there, or name another folder")
    branch = f"my-lesson-{number:02d}"
    exists = git(root, "rev-parse", "-q", "--verify", f"refs/heads/{branch}", check=False)
    git(root, "worktree", "prune")
    if exists.returncode == 0:
        git(root, "worktree", "add", str(folder), branch)
    else:
        git(root, "worktree", "add", "-b", branch, str(folder), tag)
    return folder


def build(root, kind="test"):
    """Builds through ./dev, which also installs what is missing, or with CMake alone."""
    if (Path(root) / "dev").exists():
        done = subprocess.run([str(Path(root) / "dev"), "build", kind], cwd=root,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        log = done.stdout.decode(errors="replace")
        if done.returncode != 0:
            raise BuildFailed("./dev build " + kind, log)
        return Build(Path(root), kind)
    fallback = Build(Path(root), kind)
    fallback.make()
    return fallback


def next_failure(lesson_id, outcomes):
    """The outcome that the learner should look at first: the lowest task, then the first failure."""
    failed = [outcome for outcome in outcomes if not outcome.passed]

    def order(outcome):
        tasks = list(outcome.tasks) + [tag[1:] for tag in outcome.case.tags
                                       if tag.startswith(f"T{int(lesson_id)}.")]
        first = min(([int(n) for n in task.split(".")] for task in tasks), default=[10**6])
        return (not outcome.case.of(lesson_id), first)
    return min(failed, key=order) if failed else None


def check(root, number):
    """Builds, runs the tests, prints the state of the lesson; returns whether all is done."""
    print(f"building lesson {number:02d} (./dev build test) ...", flush=True)
    try:
        built = build(root)
    except BuildFailed as error:
        print(f"It does not compile yet:\n\n{error.excerpt(40)}\n")
        return False
    outcomes = built.run_all(built.cases())
    own = [outcome for outcome in outcomes if outcome.case.of(f"{number:02d}")]
    for name, group in (("earlier lessons", [o for o in outcomes if o not in own]),
                        (f"lesson {number:02d}", own)):
        print(f"{name}: {sum(outcome.passed for outcome in group)} of {len(group)} tests pass")
    first = next_failure(f"{number:02d}", outcomes)
    state = State(root)
    if first is None:
        state.data["task"] = None
        state.save()
        print(f"\nLesson {number:02d} is done. Measure it with ./lesson bench {number}; "
              "go on with ./lesson next.")
        return True
    task = next(iter(first.tasks), None) or next(
        (tag[1:] for tag in first.case.tags if tag.startswith(f"T{number}.")), None)
    state.data["task"] = task
    state.save()
    said = [line for line in first.output.splitlines() if line.strip()]
    print(f'\nnext: "{first.case.name}"\n  {first.verdict()}')
    if not first.tasks:
        print("\n".join("  | " + line for line in said[:30]))
    where = tasks_of(root, number).get(task)
    if where:
        print(f"  task {task} is in {where}")
    print(f"\nRun this test alone:  {built.command(first.case)}\nA hint:               ./lesson hint")
    return False


def tasks_of(root, number):
    """{task: file} of the tasks named by the text of a lesson."""
    import re
    found = {}
    source = readme(root, number).read_text()
    for task in re.findall(r"^#+ Task (\d+\.\d+)\b", source, re.MULTILINE):
        path = re.search(r"`((?:src|include)/[\w./]+)`", text.task_section(source, task))
        found[task] = path.group(1) if path else ""
    return found


def hint(root, number, task=None):
    """Returns (title, text) of the next hint, and remembers that it was given."""
    source = readme(root, number).read_text()
    state = State(root)
    tasks = list(tasks_of(root, number))
    task = task or state.data.get("task") or (tasks[0] if tasks else None)
    if task is None or task not in tasks:
        raise LessonError(f"lesson {number:02d}", f"it has no task {task}",
                          f"its tasks are {', '.join(tasks) or 'not numbered'}")
    hints = text.hints(source, task)
    seen = state.data.setdefault("hints", {})
    at = seen.get(task, 0)
    if at >= len(hints):
        return (f"task {task}: there is no further hint",
                f"The answer: git diff lesson-{number:02d}-start lesson-{number:02d}")
    seen[task] = at + 1
    state.save()
    return f"task {task}, hint {at + 1} of {len(hints)}", hints[at]


def apply_next(root):
    """Puts the next lesson's scaffold on the learner's own code; returns (number, conflicts)."""
    number = current(root)
    before, after = f"lesson-{number:02d}", f"lesson-{number + 1:02d}-start"
    if not has_tag(root, after):
        raise LessonError(f"lesson {number:02d}", "there is no next lesson in this clone",
                          "git fetch --tags, or enjoy the finished store")
    require_tag(root, before)
    if git(root, "status", "--porcelain", "--untracked-files=no").stdout.strip():
        raise LessonError(root, "you have changes that are not committed",
                          f"git commit -am 'lesson {number:02d}: done'")
    patch = subprocess.run(["git", "-C", str(root), "diff", "--binary", "--full-index", before,
                            after], capture_output=True, check=True).stdout
    done = subprocess.run(["git", "-C", str(root), "apply", "-3", "--whitespace=nowarn", "-"],
                          input=patch, capture_output=True)
    conflicts = git(root, "diff", "--name-only", "--diff-filter=U").stdout.split()
    if done.returncode != 0 and not conflicts:
        raise LessonError("git apply -3", done.stderr.decode().strip(),
                          f"start afresh with ./lesson start {number + 1}")
    return number + 1, conflicts


def show(root, number):
    """Prints the text, through a pager on a terminal."""
    source = readme(root, number).read_text()
    if not sys.stdout.isatty():
        print(source, end="")
        return
    pager = os.environ.get("PAGER", "less -R")
    subprocess.run(pager, shell=True, input=source.encode(), check=False)
