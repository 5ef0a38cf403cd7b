"""The gates: each either returns a line of counts or raises GateFailed.

What a gate runs is split into checks, and a check that has passed and can't come out differently (see
ledger.py) is spared.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from . import head as heads
from . import manifest as manifests
from . import running, slicer, text
from .build import BuildFailed
from .errors import LessonError
from .workshop import digest

LINES_MAX = 450
PAST_SHARE_MAX = 0.02
MUTANTS_MIN, MUTANTS_MAX = 3, 12
TASKS_MIN, TASKS_MAX = 2, 4
SECONDS_WANTED = 5
_OWNED_FOLDERS = ("src/", "include/", "tests/", "bench/", "fuzz/")


class GateFailed(Exception):
    """Says why, and with which command one sees it again."""

    def __init__(self, reason, command=""):
        super().__init__(reason)
        self.reason, self.command = reason, command


class NotBuilt(GateFailed):
    """The slice does not build, so the gates that run its programs have nothing to say."""


def _own_cases(lesson, cases):
    own = running.own_cases(lesson, cases)
    if not own:
        raise GateFailed(f"no test case carries the tag {lesson.tag}",
                         f'write TEST_CASE("...", "{lesson.tag}") in a tests/*/*_test.cc')
    return own


def _make(build, what, targets=()):
    try:
        build.make(targets)
    except BuildFailed as error:
        raise NotBuilt(f"{what} does not build\n{error.excerpt()}",
                       f"ninja -C {build.folder}") from None


def gate1(workshop, lesson):
    """The slice builds without a warning and passes every test up to this lesson."""
    build = workshop.enter(lesson.number)
    _make(build, "the slice")
    workshop.keep_programs(lesson.number)
    cases = build.cases()
    later = [case for case in cases for tag in case.tags
             if workshop.tree.numbers.get(tag, 0) > lesson.number]
    if later:
        raise GateFailed(f'"{later[0].name}" carries a tag of a later lesson, {later[0].tags}',
                         "let that lesson's `adds` name the test's file")
    own = _own_cases(lesson, cases)
    key = workshop.key(programs_of(own), "own", lesson.tag)
    outcomes = [] if workshop.passed.spares(key) else [
        build.again_if_stopped(outcome) for outcome in build.run_all(own)]
    older = older_cases(workshop, lesson, cases)
    failed = older.failed + [outcome for outcome in outcomes if not outcome.passed]
    if failed:
        first = failed[0]
        raise GateFailed(f'{len(failed)} tests fail, first "{first.case.name}": {first.verdict()}\n'
                         f"{_tail(first.output)}", build.command(first.case))
    workshop.passed.add(key)
    for program in build.test_programs():  # Where a later lesson adds nothing to it, all of it.
        workshop.passed.add(workshop.key([program], "all"))
    seconds = sum(outcome.seconds for outcome in outcomes)
    slow = f" (aim: {SECONDS_WANTED} s)" if seconds > SECONDS_WANTED else ""
    return (f"{older.count + len(own)} tests pass{older.said()}; this lesson's {len(own)} "
            + (f"take {seconds:.1f} s{slow}" if outcomes else "have passed as they are"))


def programs_of(cases):
    return sorted({case.program for case in cases})


@dataclass
class Older:
    count: int     # Cases of other lessons.
    spared: int    # Those of them that have passed as they are.
    failed: list

    def said(self):
        return f" ({self.spared} have as they are)" if self.spared else ""


def older_cases(workshop, lesson, cases, starter=False):
    """Runs the other lessons' cases of the programs that are due."""
    others = [case for case in cases if not case.of(lesson) and running.wanted(case)]
    mine = set(programs_of(running.own_cases(lesson, cases)))
    keys = {}
    for program in programs_of(others):
        # A program in which this lesson has no case runs as a whole, in any lesson alike.
        what = f"all but {lesson.tag}" if program in mine else "all"
        if starter and lesson.older_tests_stop:
            what += f", or stops at {lesson.slug}"
        keys[program] = workshop.key([program], what)
    due = [program for program in keys if not workshop.passed.spares(keys[program])]
    count, failed = running.run_others(workshop.build, lesson,
                                       [case for case in cases if case.program in due])
    bad = {outcome.case.program for outcome in (unexpected(lesson, failed) if starter else failed)}
    for program in due:
        if program not in bad:
            workshop.passed.add(keys[program])
    return Older(len(others), len(others) - count, failed)


def gate2(workshop, lesson):
    """The starter builds; older tests pass; each test of the lesson fails cleanly."""
    build = workshop.enter(lesson.number, starter=True)
    # Benchmarks and examples are built from the whole slice: a stub changes nothing for them.
    _make(build, "the starter", ["bin/strata", *build.test_targets()])
    cases = build.cases()
    own = _own_cases(lesson, cases)
    older = older_cases(workshop, lesson, cases, starter=True)
    failed = unexpected(lesson, older.failed)
    stopped = len(older.failed) - len(failed)
    if failed:
        first = failed[0]
        raise GateFailed(f'an older test fails in the starter: "{first.case.name}": '
                         f"{first.verdict()}\n  give the task an inert(...), or keep the old code: a `+` "
                         f"after the lessons of its `past`\n{_tail(first.output)}", build.command(first.case))
    tasks = workshop.tree.tasks(lesson.number)
    said = f"{older.count - stopped} older tests pass{older.said()}" + (
        f", {stopped} stop at a task" if stopped else "")
    key = workshop.key(programs_of(own), "starter", lesson.tag, lesson.green_in_starter, list(tasks))
    if workshop.passed.spares(key):
        return f"{said}; this lesson's {len(own)} have failed as they should"
    problems, hit, greens = judge_starter(lesson, build.run_all(own),
                                          workshop.slice(lesson.number, True))
    if problems:
        case, problem = problems[0]
        rest = "".join(f"\n  also {text.splitlines()[0]}" for _, text in problems[1:])
        raise GateFailed(f"{len(problems)} tests misbehave, first {problem}{rest}",
                         build.command(case) if case else "")
    missed = [task for task in tasks if task not in hit]
    if missed:
        raise GateFailed(f"no failing test hits task {', '.join(missed)}",
                         f'let a case run into it, or give the case the tag "{lesson.task_tag(missed[0])}"')
    workshop.passed.add(key)
    return f"{said}; {len(own) - greens} of {len(own)} fail as they should; {len(tasks)} tasks are hit"


def unexpected(lesson, failed):
    """The older cases that may not fail: all, or, where the lesson gives a reason in
    `older_tests_stop`, those that fail otherwise than by stopping at one of its tasks."""
    if not lesson.older_tests_stop:
        return failed
    return [outcome for outcome in failed
            if not any(task.startswith(f"{lesson.number}.") for task in outcome.tasks)]


def judge_starter(lesson, outcomes, files):
    """Returns (problems, tasks hit, green tests); a problem is (case or None, text)."""
    excused = {green.test: running.excused_names(green.test, files) for green in lesson.green_in_starter}
    names = set().union(*excused.values())
    problems, hit = [], set()
    passed = {outcome.case.name for outcome in outcomes if outcome.passed}
    for outcome in outcomes:
        name = outcome.case.name
        if outcome.passed:
            if name not in names:
                problems.append((outcome.case, f'"{name}": passes in the starter; make it need the '
                                 "work, or list it (or its file) in green_in_starter with the reason"))
        elif not outcome.clean_failure:
            problems.append((outcome.case, f'"{name}": {outcome.verdict()}, not by an assertion or '
                             f"at a task\n{_tail(outcome.output)}"))
        else:
            hit.update(outcome.tasks)
            hit.update(f"{lesson.number}.{tag.rpartition('.')[2]}" for tag in outcome.case.tags
                       if re.fullmatch(re.escape(lesson.slug) + r"\.\d+", tag))
    for entry, covered in excused.items():
        if not covered & passed:
            problems.append((None, f'"{entry}": listed in green_in_starter, yet it is not green'))
    return problems, hit, len(passed)


def gate3(workshop, lesson):
    """The lesson's tests kill every mutant."""
    patches = mutants(workshop.tree, lesson)
    if not MUTANTS_MIN <= len(patches) <= MUTANTS_MAX:
        raise GateFailed(f"{len(patches)} mutants; a lesson has {MUTANTS_MIN} to {MUTANTS_MAX}",
                         f"see lessons/README.md: ./lesson mutant {lesson.id} NAME --from DIR")
    build = workshop.enter(lesson.number)
    files = workshop.slice(lesson.number)
    _make(build, "the slice")
    own = _own_cases(lesson, build.cases())
    own = [case for case in own if case.program in (lesson.tests or programs_of(own))]
    basis = workshop.key(programs_of(own), lesson.tag)
    keys = {path: digest(basis, patch) for path, patch in patches}
    due = [(path, patch) for path, patch in patches if not workshop.passed.spares(keys[path])]
    survivors, touched = [], []
    try:
        for path, patch in due:
            restore(build.tree, files, touched)
            touched = apply_patch(build.tree, path, patch)
            if _survives(build, path, touched, own):
                survivors.append(f"{path}: {mistake(path, patch)}")
            else:
                workshop.passed.add(keys[path])
    finally:
        restore(build.tree, files, touched)
    if survivors:
        raise GateFailed(f"{len(survivors)} mutants survive:\n  " + "\n  ".join(survivors),
                         f"add a case with the tag {lesson.tag} that fails on it")
    spared = f", {len(patches) - len(due)} of them as before" if len(due) < len(patches) else ""
    return f"{len(patches)} mutants are killed{spared}"


def _survives(build, path, touched, cases):
    """Whether all cases pass with the mutant. The tests of the module that it is in are built and run
    first: they kill most, and the others need not be linked."""
    near = {f"strata_test_{name.split('/')[1]}" for name in touched if name.startswith("src/")}
    for chosen in ([case for case in cases if case.program in near],
                   [case for case in cases if case.program not in near]):
        if not chosen:
            continue
        try:
            build.make([f"bin/tests/{program}" for program in programs_of(chosen)])
        except BuildFailed as error:
            raise GateFailed(f"{path} does not compile\n{error.excerpt()}",
                             f"mend {path}: a mutant is a mistake that compiles") from None
        if not all(outcome.passed for outcome in build.run_all(chosen, stop_at_failure=True)):
            return False
    return True


def mutants(tree, lesson):
    folder = lesson.folder + "/mutants/"
    return [(path, file.data.decode()) for path, file in sorted(tree.files.items())
            if path.startswith(folder) and path.endswith(".patch")]


def mistake(path, patch):
    found = re.match(r"# mistake: (\S.*)", patch)
    if not found:
        raise GateFailed(f"{path}:1: does not say which mistake it makes",
                         'begin the file with "# mistake: ..."')
    return found.group(1)


def apply_patch(folder, path, patch):
    """Applies a patch to the tree in `folder`; returns the paths that it touches."""
    mistake(path, patch)
    names = sorted(set(re.findall(r"^(?:---|\+\+\+) [ab]/(\S+)", patch, re.MULTILINE)))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment["GIT_CEILING_DIRECTORIES"] = str(Path(folder).resolve().parent)
    # The second try asks for less context: a later lesson may have moved the neighbours.
    for context in ("-C3", "-C1"):
        done = subprocess.run(["git", "apply", "--recount", context, "-"], input=patch.encode(),
                              cwd=folder, env=environment, capture_output=True)
        if done.returncode == 0:
            return names
    raise GateFailed(f"{path} does not apply to the slice\n{done.stderr.decode().strip()}",
                     "make the patch again with ./lesson mutant")


def restore(folder, files, names):
    for name in names:
        if name in files:
            slicer.write_one(Path(folder) / name, files[name])
        else:
            (Path(folder) / name).unlink(missing_ok=True)


def gate4(workshop, tag_command):
    """The last slice is main, and two runs give the same hashes."""
    tree = workshop.tree
    lost = [f"{'common' if not number else f'lesson {number:02d}, {key}'}: {pattern}"
            for number, key, pattern in tree.owners.unmatched]
    if lost:
        raise GateFailed("these names in the manifest match no file:\n  " + "\n  ".join(lost),
                         "write the file, or take the name out")
    orphans = [path for path in tree.files
               if path not in tree.owners.added and path.startswith(_OWNED_FOLDERS)]
    if orphans:
        raise GateFailed("no lesson owns these files:\n  " + "\n  ".join(orphans),
                         "name them in `adds` of a lesson, or in `common`")
    planted = planted_in_answers(tree)
    if planted:
        raise GateFailed("planted bugs inside a task, which no learner can know of:\n  " + "\n  ".join(planted),
                         "switch the bug on outside: in the caller, or in what the task calls")
    last = workshop.slice(tree.manifest.last)
    compared = 0
    for path in tree.owners.added:
        if not tree.owners.alive(path, tree.manifest.last):
            continue
        compared += 1
        if tree.files[path].data != last[path.removeprefix(manifests.PAST)].data:
            raise GateFailed(f"{path}: the last slice is not main",
                             f"./lesson slice {tree.manifest.last} DIR, and compare")
    first = _tag_hashes(tag_command, {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "LANG": "C"}, "/")
    second = _tag_hashes(tag_command, {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8"}, workshop.root)
    if first != second:
        raise GateFailed("two runs give different hashes", " ".join(map(str, tag_command)))
    return f"{compared} files are main's; {len(first)} tags have the same hash in two runs"


def planted_in_answers(tree):
    """The switches of planted bugs and the pause points of tests that stand in an answer."""
    return [f"lesson {lesson.id}, {path}: {switch}" for lesson in tree.manifest.lessons
            for path, bodies in tree.answers(lesson.number).items() for body in bodies
            for switch in re.findall(r"STRATA_(?:MUTANT|PAUSE_POINT)\(\w+\)", "\n".join(body))]


def _tag_hashes(command, environment, folder):
    done = subprocess.run(command, cwd=folder, env={**os.environ, **environment},
                          capture_output=True)
    if done.returncode != 0:
        raise GateFailed(done.stderr.decode().strip(), " ".join(map(str, command)))
    return done.stdout.decode().splitlines()


def gate5(workshop):
    """Sizes: the lines that each lesson adds, and how much code of the past it keeps."""
    rows, problems, before = [("no", "slug", "added", "past", "reason")], [], {}
    tree = workshop.tree
    past, total = past_lines(tree)
    for lesson in tree.manifest.lessons:
        after = workshop.slice(lesson.number)
        lines, before = slicer.added_lines(before, after), after
        if lines > LINES_MAX and not lesson.size_reason:
            problems.append(f"lesson {lesson.id} adds {lines} lines (over {LINES_MAX}) without a "
                            "size_reason")
        rows.append((lesson.id, lesson.slug, str(lines), str(past[lesson.number]), lesson.size_reason))
    share = sum(past.values()) / max(1, total)
    if share >= PAST_SHARE_MAX:
        problems.append(f"{sum(past.values())} lines of the past beside {total} lines, {share:.1%} (limit "
                        f"{PAST_SHARE_MAX:.0%}); move them to lessons/past/ with `removes`")
    return rows, problems, f"{sum(past.values())} lines of the past beside {total} lines, {share:.1%}"


def past_lines(tree):
    """({lesson: lines in layer files that it brought and main hasn't any more}, lines of code)."""
    past, total = Counter(), 0
    for path, file in tree.files.items():
        if path.startswith(slicer.CODE_FOLDERS) and path.endswith((".cc", ".h")):
            total += file.data.count(b"\n")
            if tree.woven(path) is not None:
                past.update(line.low for line in tree.woven(path).past())
    return past, total


def gate6(workshop, lesson):
    """The text is true."""
    tasks = workshop.tree.tasks(lesson.number)
    key = _text_key(workshop, lesson)
    spared = workshop.passed.spares(key)
    report = check_text(workshop, lesson, commands=not spared)
    problems = report.problems
    if not TASKS_MIN <= len(tasks) <= TASKS_MAX:
        problems.append(f"{len(tasks)} tasks in the code; a lesson has {TASKS_MIN} to {TASKS_MAX}")
    if problems:
        raise GateFailed(f"{len(problems)} things are untrue or missing:\n  "
                         + "\n  ".join(problems), f"./lesson text {lesson.id}")
    workshop.passed.add(key)
    return (f"{report.words} words, {report.code_blocks} code blocks, {report.commands} commands"
            + (" (run before)" if spared else "") + f", {len(tasks)} tasks with hints")


def _text_key(workshop, lesson):
    """The key of the text's commands: what the programs that they run are made of."""
    build = workshop.enter(lesson.number)
    _make(build, "the slice")
    text_file = workshop.tree.files.get(lesson.folder + "/README.md")
    source = text_file.data.decode() if text_file else ""
    closures, files = workshop.closures(), workshop.slice(lesson.number)
    names = sorted({*benches(lesson, files), *re.findall(r"\b\w+_bench\b", source)})
    others = sorted({_number(workshop, slug) for slug in re.findall(r"\blesson=([a-z][a-z0-9-]*)", source)})
    return digest(source, closures.key("bin/strata"),
                  *(closures.key(f"bin/bench/{name}") for name in names),
                  *(workshop.built_from(number) for number in others))


def _number(workshop, slug):
    """The number of a lesson that a text names."""
    if slug not in workshop.tree.numbers:
        raise GateFailed(f"`lesson={slug}`: there is no such lesson", "name a slug of lessons/lessons.toml")
    return workshop.tree.numbers[slug]


def check_text(workshop, lesson, commands=True):
    """Builds what the text's commands need and checks the text; returns its Report."""
    path = lesson.folder + "/README.md"
    if path not in workshop.tree.files:
        raise GateFailed(f"{path} is missing", "write the text of the lesson")
    files = workshop.slice(lesson.number)
    source = workshop.tree.files[path].data.decode()
    if commands:
        workshop.enter(lesson.number)
    with tempfile.TemporaryDirectory(prefix="strata-text-", ignore_cleanup_errors=True) as home:
        try:
            tasks = {**workshop.tree.tasks(lesson.number), **workshop.tree.build_task(lesson.number)}
            return text.check(path, source, files, tasks,
                              workshop.tree.answers(lesson.number), lesson.slug,
                              (lambda slug: workshop.programs(_number(workshop, slug))) if commands else None, Path(home),
                              heads.head(workshop.tree, lesson))
        except LessonError as error:
            raise GateFailed(str(error)) from None
        except BuildFailed as error:
            raise GateFailed(f"the programs do not build\n{error.excerpt()}") from None


def benches(lesson, files):
    """The benchmark programs of a lesson: those it names, or those that it adds."""
    if lesson.bench:
        return lesson.bench
    own = manifests.Matcher(lesson.adds)
    return [Path(path).stem for path in files
            if re.fullmatch(r"bench/\w+_bench\.cc", path) and own.matches(path)]


def gate7(workshop, lesson):
    """The benchmarks run, and what they assert of their counters holds."""
    build = workshop.enter(lesson.number)
    _make(build, "the slice")
    programs = benches(lesson, workshop.slice(lesson.number))
    if not programs:
        raise GateFailed("the lesson has no benchmark", "add bench/<name>_bench.cc to its `adds`")
    runs, closures = 0, workshop.closures()
    for name in programs:
        command = f"{build.folder}/bin/bench/{name} --benchmark_min_time=0.01"
        if not (build.folder / "bin" / "bench" / name).exists():
            raise GateFailed(f"there is no benchmark program {name}",
                             "is Google Benchmark installed? ./dev setup bench")
        key = closures.key(f"bin/bench/{name}", "counters")
        if workshop.passed.spares(key):
            continue
        status, output = build.run_bench(name, ["--benchmark_min_time=0.01"])
        if status != 0 or "ERROR OCCURRED" in output:
            said = "still running after 120 s" if status is None else f"status {status}"
            raise GateFailed(f"{name}: {said}\n{_tail(output)}", command)
        workshop.passed.add(key)
        runs += len(re.findall(r"^\S+\s+[\d.]+ (?:ns|us|ms|s)\b", output, re.MULTILINE))
    return f"{len(programs)} programs, " + (f"{runs} measurements, all counters hold" if runs
                                            else "whose counters have held as they are")


def _tail(output, lines=25):
    text_lines = [line for line in output.splitlines() if line.strip()]
    return "\n".join("    " + line for line in text_lines[-lines:])


def tag_command(root, worktree):
    command = [sys.executable, str(Path(root).resolve() / "lesson"), "tags", "--dry-run"]
    return command + ["--worktree"] if worktree else command
