"""Which test cases stand for a lesson, and how they are run: by the gates, and by ./lesson check."""

import re
from collections import Counter

from . import manifest
from .build import workers

# Cases that a lesson doesn't run: the slow ones, and the long parts of the reliability programme,
# which ./dev test runs all the same.
TOO_LONG = {"slow", "long"}
# A case that switches on a bug in an answer: it has nothing to say of what a learner wrote.
PLANTED = "planted"


def wanted(case, planted=True):
    return not TOO_LONG & set(case.tags) and (planted or PLANTED not in case.tags)


def own_cases(lesson, cases, planted=True):
    """The cases of `lesson` that it runs, each in a process of its own."""
    return [case for case in cases if case.of(lesson) and wanted(case, planted)]


def spec_without(lesson, planted=True):
    """Catch2's filter for the cases of other lessons."""
    return f"~[slow]~[long]~{lesson.tag}" + ("" if planted else f"~[{PLANTED}]")


def run_others(build, lesson, cases, planted=True, begun=None):
    """Runs the other lessons' cases, a process per program; returns (how many, the outcomes that
    failed). `begun`, if it is there, is called with the name of each program; then, when one hangs, none is
    begun after it."""
    others = [case for case in cases if not case.of(lesson) and wanted(case, planted)]
    counts, ran, hung = Counter(case.program for case in others), Counter(), []

    def one(program):
        if begun:
            if hung:
                return []
            begun(program)
        ran[program] = counts[program]
        limit = max(30, min(300, 10 * counts[program]))
        whole = build.run_program(program, spec_without(lesson, planted), limit)
        if whole.passed:
            return []
        hung.extend([whole] if whole.hung else [])
        alone = _each_alone(build, [case for case in others if case.program == program], stop=whole.hung and begun)
        return [outcome for outcome in alone if not outcome.passed] or [whole]
    with workers(build.jobs) as pool:
        failed = [outcome for outcomes in pool.map(one, counts) for outcome in outcomes]
    return ran.total(), failed


def _each_alone(build, cases, stop):
    """Which of the cases is it? With `stop`, those behind one that hangs don't matter."""
    outcomes = []
    for case in cases:
        outcome = build.run(case)
        outcomes.append(outcome if stop else build.again_if_stopped(outcome))
        if stop and outcomes[-1].hung:
            break
    return outcomes


def case_names(source):
    """The names of the cases in the text of a test file."""
    literals = re.findall(r'TEST_CASE(?:_METHOD\(\s*\w+,|\()\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', source)
    return {re.sub(r'\\(.)', r"\1", "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal)))
            for literal in literals}


def excused_names(entry, files):
    """The cases that an entry of green_in_starter means: one by its name, or those of a file."""
    if not entry.startswith("tests/"):
        return {entry}
    return case_names("\n".join(file.data.decode() for path, file in files.items()
                                if manifest.glob_regex(entry).fullmatch(path)))
