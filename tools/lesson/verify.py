"""./lesson verify: runs the gates and prints a line for each."""

import fcntl
import subprocess
import time

from . import gates, ledger
from .errors import LessonError

ALL_GATES = (1, 2, 3, 4, 5, 6, 7)
_PER_LESSON = {1: gates.gate1, 2: gates.gate2, 3: gates.gate3, 6: gates.gate6, 7: gates.gate7}
_ORDER = (1, 3, 6, 7, 2)  # The full slice first, then the starter.


def choose(tree, root, options):
    """Which lessons to verify: (numbers, keys, why)."""
    numbers = [lesson.number for lesson in tree.manifest.lessons]
    keys = {number: ledger.key(tree, number) for number in numbers}
    if options.numbers:
        for number in options.numbers:
            tree.manifest.lesson(number)
        return sorted(set(options.numbers)), keys, "named"
    if options.all:
        return numbers, keys, "all"
    entries = ledger.load(root)
    due = ledger.due(numbers, keys, entries)
    if not options.ledger:
        return due, keys, "not in the ledger"
    head = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True,
                          text=True, check=True).stdout.strip()
    drawn = ledger.drawn([number for number in numbers if number not in due], head)
    never = [number for number in due if f"{number:02d}" not in entries]
    if never:
        print("never verified so far: " + " ".join(f"{number:02d}" for number in never)
              + " (./lesson verify NN --ledger-update)", flush=True)
    due = [number for number in due if number not in never]
    return sorted(due + drawn), keys, f"not in the ledger, and {len(drawn)} drawn by {head[:10]}"


def run(tree, root, options):
    """Returns whether every gate passed."""
    chosen, keys, why = choose(tree, root, options)
    scratch = options.scratch or root / "build" / "lesson"
    scratch.mkdir(parents=True, exist_ok=True)
    wanted = options.gate or ALL_GATES
    with open(scratch / ".lock", "w", encoding="utf-8") as lock:
        _lock(lock, scratch)
        names = " ".join(f"{number:02d}" for number in chosen) or "none"
        print(f"verifying lessons {names} ({why})", flush=True)
        workshop = gates.Workshop(root, tree, scratch, options.jobs)
        series = not options.numbers or options.gate  # One lesson's author asks for that lesson.
        good = _whole_series(workshop, wanted, options) if series else True
        end = time.monotonic() + 60 * options.minutes if options.minutes else float("inf")
        for number in chosen:
            if time.monotonic() >= end:
                late = " ".join(f"{left:02d}" for left in chosen[chosen.index(number):])
                print(f"not reached within {options.minutes} minutes: {late}", flush=True)
                break
            lesson = tree.manifest.lesson(number)
            passed = _lesson(workshop, lesson, wanted)
            good &= passed
            if passed and options.ledger_update and set(wanted) == set(ALL_GATES):
                entries = ledger.load(root)
                entries[lesson.id] = keys[number]
                ledger.save(root, entries)
    print("all gates pass" if good else "some gates failed", flush=True)
    return good


def _lock(lock, scratch):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"another verify works in {scratch}; waiting (or give --scratch DIR)", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


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
        if not built and number != 2:
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
