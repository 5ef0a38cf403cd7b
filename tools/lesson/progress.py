"""Where a learner stands in a lesson: which test belongs to which task, and what to do next. Pure.

A test that stops at a task (status 86) belongs to it, unless it is there only because an earlier task does
nothing yet. One that fails otherwise belongs to the task that its tag names, [write-ahead-log.1], or that it stopped
at before, or whose file it is near to: what src/wal/log_reader.cc does is tested by
tests/wal/log_reader_test.cc, and then by the other tests in tests/wal. Tests that none of this says
anything of belong to all tasks together.
"""

import re
from dataclasses import dataclass, field
from pathlib import PurePath

OWN_FILE, OWN_MODULE, FAR = range(3)


@dataclass
class Task:
    number: str
    title: str
    path: str
    tag: str = ""            # Of the cases that are of this task alone.
    untouched: bool = False  # The stand-in for the answer is as the starter has it ...
    silent: bool = False     # ... and stops nobody: it does nothing, or something simpler.
    tests: list = field(default_factory=list)  # Outcomes of the tests that belong to it.

    @property
    def red(self):
        return [outcome for outcome in self.tests if not outcome.passed]

    @property
    def green(self):
        return [outcome for outcome in self.tests if outcome.passed]

    def said(self):
        count = f"{len(self.tests)} test{'s' if len(self.tests) != 1 else ''}"
        if self.untouched and (self.red or not self.tests):
            return f"yours to write ({count})" if self.tests else "yours to write"
        return f"{len(self.green)} of {count} green" if self.tests else "written"


# ---------------------------------------------------------------- is it still the starter's?


def _code(text):
    return [line.strip() for line in text.split("\n") if line.strip()]


def stand_ins(text):
    """{task: [lines, ...]} of a starter's file: for each stub its comment, what it voids, and the
    line after that."""
    found, lines = {}, _code(text)
    for i, line in enumerate(lines):
        task = re.match(r"// Task (\d+\.(?:\d+|build)): ", line)
        if task:
            end = i + 1
            while end < len(lines) and lines[end].startswith("(void)"):
                end += 1
            found.setdefault(task.group(1), []).append(lines[i:end + 1])
    return found


def is_untouched(task, starter, mine):
    """Whether a stub of `task` is in the learner's file as it was in the starter's."""
    if f'YoursToWrite("{task}"' in mine:
        return True
    lines = _code(mine)
    return any(lines[i:i + len(block)] == block for block in stand_ins(starter).get(task, ())
               for i in range(len(lines)))


# ---------------------------------------------------------------- whose test is it?


def key(case):
    return f"{case.program}\t{case.name}"


def distance(task, case, sources):
    """How near a case is to the file of a task; `sources` is {key of a case: its file}."""
    path = PurePath(task.path)
    if case.program != f"strata_test_{path.parent.name}":
        return FAR
    own = PurePath(sources.get(key(case), "")).stem == path.stem + "_test"
    return OWN_FILE if own else OWN_MODULE


def owner(outcome, tasks, sources, stopped):
    """The task that a case belongs to, or None; `stopped` is {key of a case: task it stopped at}."""
    case = outcome.case
    tagged = [task for task in tasks if task.tag in case.tags]
    near = [(distance(task, case, sources), i) for i, task in enumerate(tasks)]
    closest, first = min(near, default=(FAR, 0))
    by_file = tasks[first] if closest < FAR else None
    for i, task in enumerate(tasks):
        if task.number in outcome.tasks:
            meant = tagged[-1] if tagged else by_file if closest == OWN_FILE else None
            return meant if meant in tasks[:i] and meant.silent else task
    if tagged:
        return tagged[-1]
    before = next((task for task in tasks if task.number == stopped.get(key(case))), None)
    if before and distance(before, case, sources) < FAR and not (outcome.passed and before.untouched):
        return before
    return by_file


@dataclass
class Progress:
    tasks: list
    together: Task     # What belongs to no task by itself.
    next: Task | None  # None: all of the lesson's tests are green.
    failure: object    # The Outcome to look at for it.
    doubtful: list     # Tasks before it with tests that are red, perhaps for want of a later one.


def judge(tasks, outcomes, sources, memory, given):
    """Gives each outcome to a task and chooses the next. `memory` is what earlier calls found, and
    is brought up to date: {"stopped": {case: task}, "given": [case]}. `given` names cases that the
    starter passes."""
    stopped = memory.setdefault("stopped", {})
    free = set(memory.setdefault("given", []))
    together = Task("", "all tasks together", "")
    for outcome in outcomes:
        case = outcome.case
        task = owner(outcome, tasks, sources, stopped) or together
        if task.number in outcome.tasks:
            stopped[key(case)] = task.number
        if outcome.passed and (task.untouched or case.name in given):
            free.add(key(case))
        if not (outcome.passed and key(case) in free):
            task.tests.append(outcome)
    memory["given"] = sorted(free)
    return _choose(tasks, together, sources)


def _choose(tasks, together, sources):
    doubtful = []
    for i, task in enumerate(tasks):
        if not task.red:
            continue
        later = any(after.untouched and after.red for after in tasks[i + 1:])
        if later and task.green and not task.untouched:
            doubtful.append(task)  # Written, and some of it works: the rest may need what comes.
            continue
        return Progress(tasks, together, task, _nearest(task, sources), doubtful)
    if together.red:
        return Progress(tasks, together, together, together.red[0], doubtful)
    return Progress(tasks, together, None, None, doubtful)


def _nearest(task, sources):
    """The red test of a task that says most of it: not one that runs on to a later task, if there is
    another; the file's own; one that was made for it."""
    return min(task.red, key=lambda outcome: (
        bool(outcome.tasks) and task.number not in outcome.tasks,
        distance(task, outcome.case, sources), task.tag not in outcome.case.tags))
