"""./lesson verify: runs the gates and prints a line for each."""

import subprocess
import time
from dataclasses import dataclass

from . import finish, gates, ledger
from .errors import LessonError
from .workshop import Workshop, held

ALL_GATES = (1, 2, 3, 4, 5, 6, 7, 8)
_PER_LESSON = {1: gates.gate1, 2: gates.gate2, 3: gates.gate3, 6: gates.gate6, 7: gates.gate7,
               8: finish.finish}
_ORDER = (1, 3, 6, 7, 2, 8)  # The full slice first, then the starter.


@dataclass
class Plan:
    """Which lessons to verify, in which order, and which checks of them."""

    numbers: list
    why: str
    passed: ledger.Passed


def choose(tree, root, options, keys):
    numbers = [lesson.number for lesson in tree.manifest.lessons]
    if options.numbers:
        for number in options.numbers:
            tree.manifest.lesson(number)
        return Plan(sorted(set(options.numbers)), "named", ledger.Passed())
    if options.all:
        return Plan(numbers, "all", ledger.Passed())
    entries = ledger.load(root)
    due = ledger.due(tree.slugs, keys, entries)
    if not options.ledger:
        return Plan(due, "changed since they passed", ledger.Passed(entries))
    head = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True,
                          text=True, check=True).stdout.strip()
    drawn = ledger.drawn([number for number in numbers if number not in due], head)
    never = [number for number in due if tree.slugs[number] not in entries]
    if never:
        print("never verified so far: " + " ".join(f"{number:02d}" for number in never)
              + " (./lesson verify NN --ledger-update)", flush=True)
    due = [number for number in due if number not in never]
    late = [number for number in _read_numbers(options.cut) if number in numbers and number not in never]
    first = sorted({*due, *late})  # What was cut the last time, and what has changed.
    first = [number for number in first if number in late] + [n for n in first if n not in late]
    return Plan(first + [number for number in drawn if number not in first],
                f"{len(due)} changed, {len(late)} cut before, {len(drawn)} drawn by {head[:10]}",
                ledger.Passed(entries, commit=head))


def _read_numbers(path):
    if path is None or not path.exists():
        return []
    return [int(word) for word in path.read_text().split() if word.isdigit()]


def run(tree, root, options):
    """Returns whether every gate passed."""
    keys = {lesson.number: ledger.tree_key(tree, lesson.number) for lesson in tree.manifest.lessons}
    plan = choose(tree, root, options, keys)
    scratch = options.scratch or root / "build" / "lesson"
    wanted = options.gate or ALL_GATES
    with held(scratch):
        names = " ".join(f"{number:02d}" for number in plan.numbers) or "none"
        print(f"verifying lessons {names} ({plan.why})", flush=True)
        workshop = Workshop(root, tree, scratch, options.jobs, plan.passed)
        series = not options.numbers or options.gate  # One lesson's author asks for that lesson.
        good = _whole_series(workshop, wanted, options) if series else True
        good &= _lessons(workshop, plan, keys, wanted, options)
    print("all gates pass" if good else "some gates failed", flush=True)
    return good


def _lessons(workshop, plan, keys, wanted, options):
    good, passed = True, plan.passed
    end = time.monotonic() + 60 * options.minutes if options.minutes else float("inf")
    cut = []
    for at, number in enumerate(plan.numbers):
        if time.monotonic() >= end:
            cut = plan.numbers[at:]
            print(f"not reached within {options.minutes} minutes: "
                  + " ".join(f"{left:02d}" for left in cut), flush=True)
            break
        lesson = workshop.tree.manifest.lesson(number)
        passed.now = set()
        fine = _lesson(workshop, lesson, wanted)
        good &= fine
        if options.ledger_update and set(wanted) == set(ALL_GATES):
            entries = ledger.load(workshop.root)
            entries[lesson.slug] = ledger.entry(keys[number] if fine else "", passed.now)
            ledger.save(workshop.root, entries)
    if options.cut:
        options.cut.parent.mkdir(parents=True, exist_ok=True)
        options.cut.write_text(" ".join(f"{number:02d}" for number in cut))
    print(f"{passed.made} checks made, {passed.spared} spared: they passed before, on what they "
          "depend on", flush=True)
    return good


def _whole_series(workshop, wanted, options):
    good = True
    if 4 in wanted:
        command = gates.tag_command(workshop.root, worktree=not options.rev)
        if options.rev:
            command += ["--rev", options.rev]
        good &= _line("series", 4, lambda: gates.gate4(workshop, command), "--gate 4")
    if 5 in wanted:
        def five():
            rows, problems, summary = gates.gate5(workshop)
            from .cli import print_table
            print_table(rows)
            if problems:
                raise gates.GateFailed("\n  ".join(problems), "./lesson verify --gate 5")
            return summary
        good &= _line("series", 5, five, "--gate 5")
    return good


def _lesson(workshop, lesson, wanted):
    good, built = True, True
    for number in _ORDER:
        if number not in wanted:
            continue
        if not built and number not in (2, 8):
            print(f"{lesson.id}  gate {number}  skipped: the slice does not build", flush=True)
            continue

        def gate(number=number):
            nonlocal built
            try:
                return _PER_LESSON[number](workshop, lesson)
            except gates.NotBuilt:
                built = False
                raise
        good &= _line(lesson.id, number, gate, f"{lesson.id} --gate {number}")
    return good


def _line(name, number, gate, again):
    start = time.monotonic()
    try:
        said, passed = gate(), True
    except gates.GateFailed as failure:
        said = failure.reason.rstrip().replace("\n", "\n    ")
        if failure.command:
            said += f"\n    see it: {failure.command}"
        said += f"\n    again:  ./lesson verify {again}"
        passed = False
    except LessonError as error:
        said, passed = str(error), False
    seconds = time.monotonic() - start
    print(f"{name}  gate {number}  {'ok  ' if passed else 'FAIL'}  {seconds:6.1f} s  {said}",
          flush=True)
    return passed
