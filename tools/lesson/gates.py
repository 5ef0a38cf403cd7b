"""The seven gates: each either returns a line of counts or raises GateFailed."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from . import manifest as manifests
from . import running, slicer, text
from .build import Build, BuildFailed
from .errors import LessonError

LINES_MAX = 450
MARKER_SHARE_MAX, SUPERSEDED_SHARE_MAX = 0.06, 0.02
MUTANTS_MIN, MUTANTS_MAX = 3, 6
TASKS_MIN, TASKS_MAX = 2, 4
SECONDS_WANTED = 5
_CODE_FOLDERS = ("src/", "include/")
_OWNED_FOLDERS = ("src/", "include/", "tests/", "bench/", "fuzz/")


class GateFailed(Exception):
    """Says why, and with which command one sees it again."""

    def __init__(self, reason, command=""):
        super().__init__(reason)
        self.reason, self.command = reason, command


class NotBuilt(GateFailed):
    """The slice does not build, so the gates that run its programs have nothing to say."""


class Workshop:
    """The scratch folder: one tree and build for full slices, one of each for starters.

    Walking the lessons in order makes every build an incremental one.
    """

    def __init__(self, root, tree, scratch, jobs):
        self.root, self.tree, self.scratch = Path(root), tree, Path(scratch).resolve()
        self.full = Build(self.scratch / "full", jobs=jobs)
        self.start = Build(self.scratch / "start", jobs=jobs)
        self._slices = {}
        self.scratch.mkdir(parents=True, exist_ok=True)

    def slice(self, number, starter=False):
        if (number, starter) not in self._slices:
            self._slices[number, starter] = self.tree.slice(number, starter)
        return self._slices[number, starter]

    def enter(self, number, starter=False):
        """Puts a slice into its folder and returns its Build."""
        build = self.start if starter else self.full
        slicer.write(self.slice(number, starter), build.tree)
        return build

    def programs(self, number):
        """The PATH with the programs of lesson `number`, building them if there is no copy."""
        kept = self._kept(number)
        if not kept.exists():
            current = (self.full.tree / slicer.CURRENT).read_text()
            build = self.enter(number)
            build.make(["bin/strata"])
            self.keep_programs(number)
            self.enter(int(current))
        return os.pathsep.join([str(kept), "/usr/local/bin", "/usr/bin", "/bin"])

    def keep_programs(self, number):
        """Copies the programs aside, for the texts of later lessons."""
        kept = self._kept(number)
        shutil.rmtree(kept, ignore_errors=True)
        for old in kept.parent.glob(f"{number:02d}-*"):
            shutil.rmtree(old)
        kept.mkdir(parents=True)
        for folder in (self.full.folder / "bin", self.full.folder / "bin" / "bench"):
            for path in folder.glob("*") if folder.exists() else ():
                if path.is_file():
                    shutil.copy2(path, kept / path.name)

    def _kept(self, number):
        built = {path: file for path, file in self.slice(number).items()
                 if path.startswith(("src/", "include/", "cmake/", "bench/"))}
        return self.scratch / "programs" / f"{number:02d}-{slicer.digest(built)[:12]}"


def _own_cases(lesson, cases):
    own = running.own_cases(lesson, cases)
    if not own:
        raise GateFailed(f"no test case carries the tag {lesson.tag}",
                         f'write TEST_CASE("...", "{lesson.tag}") in a tests/*/*_test.cc')
    return own


def _make(build, what):
    try:
        build.make()
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
             if re.fullmatch(r"L\d\d", tag) and int(tag[1:]) > lesson.number]
    if later:
        raise GateFailed(f'"{later[0].name}" carries a tag of a later lesson, {later[0].tags}',
                         "let that lesson's `adds` name the test's file")
    own = _own_cases(lesson, cases)
    outcomes = build.run_all(own)
    others, failed = running.run_others(build, lesson, cases)
    failed += [outcome for outcome in outcomes if not outcome.passed]
    if failed:
        first = failed[0]
        raise GateFailed(f'{len(failed)} tests fail, first "{first.case.name}": {first.verdict()}\n'
                         f"{_tail(first.output)}", build.command(first.case))
    seconds = sum(outcome.seconds for outcome in outcomes)
    slow = f" (aim: {SECONDS_WANTED} s)" if seconds > SECONDS_WANTED else ""
    return f"{others + len(own)} tests pass; this lesson's {len(own)} take {seconds:.1f} s{slow}"


def gate2(workshop, lesson):
    """The starter builds; older tests pass; each test of the lesson fails cleanly."""
    build = workshop.enter(lesson.number, starter=True)
    _make(build, "the starter")
    cases = build.cases()
    own = _own_cases(lesson, cases)
    others, failed = running.run_others(build, lesson, cases)
    stopped = len(failed)
    failed = unexpected(lesson, failed)
    stopped -= len(failed)
    if failed:
        first = failed[0]
        raise GateFailed(f'an older test fails in the starter: "{first.case.name}": '
                         f"{first.verdict()}\n  give the task an inert(...), or keep the old code "
                         f"with @LNN..MM+{{\n{_tail(first.output)}", build.command(first.case))
    problems, hit, greens = judge_starter(lesson, build.run_all(own),
                                          workshop.slice(lesson.number, True))
    if problems:
        case, problem = problems[0]
        rest = "".join(f"\n  also {text.splitlines()[0]}" for _, text in problems[1:])
        raise GateFailed(f"{len(problems)} tests misbehave, first {problem}{rest}",
                         build.command(case) if case else "")
    tasks = workshop.tree.tasks(lesson.number)
    missed = [task for task in tasks if task not in hit]
    if missed:
        raise GateFailed(f"no failing test hits task {', '.join(missed)}",
                         f'let a case run into it, or give the case the tag "[T{missed[0]}]"')
    return (f"{others - stopped} older tests pass"
            + (f", {stopped} stop at a task" if stopped else "") + f"; {len(own) - greens} of {len(own)} fail as they should; "
            f"{len(tasks)} tasks are hit")


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
            hit.update(tag[1:] for tag in outcome.case.tags if re.fullmatch(r"T\d+\.\d+", tag))
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
    programs = lesson.tests or sorted({case.program for case in own})
    own = [case for case in own if case.program in programs]
    survivors, touched = [], []
    try:
        for path, patch in patches:
            restore(build.tree, files, touched)
            touched = apply_patch(build.tree, path, patch)
            try:
                build.make([f"bin/tests/{program}" for program in programs])
            except BuildFailed as error:
                raise GateFailed(f"{path} does not compile\n{error.excerpt()}",
                                 f"mend {path}: a mutant is a mistake that compiles") from None
            if all(outcome.passed for outcome in build.run_all(own, stop_at_failure=True)):
                survivors.append(f"{path}: {mistake(path, patch)}")
    finally:
        restore(build.tree, files, touched)
    if survivors:
        raise GateFailed(f"{len(survivors)} mutants survive:\n  " + "\n  ".join(survivors),
                         f"add a case with the tag {lesson.tag} that fails on it")
    return f"{len(patches)} mutants are killed"


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
    """The last slice is main without its markers, and two runs give the same hashes."""
    tree = workshop.tree
    lost = [f"{'common' if not number else f'lesson.{number:02d}.{key}'}: {pattern}"
            for number, key, pattern in tree.owners.unmatched]
    if lost:
        raise GateFailed("these names in the manifest match no file:\n  " + "\n  ".join(lost),
                         "write the file, or take the name out")
    orphans = [path for path in tree.files
               if path not in tree.owners.added and path.startswith(_OWNED_FOLDERS)]
    if orphans:
        raise GateFailed("no lesson owns these files:\n  " + "\n  ".join(orphans),
                         "name them in `adds` of a lesson, or in `common`")
    last = workshop.slice(tree.manifest.last)
    compared = 0
    for path in tree.owners.added:
        if not tree.owners.alive(path, tree.manifest.last):
            continue
        compared += 1
        main, end = tree.files[path].data, last[path.removeprefix(manifests.PAST)].data
        if tree.source(path) is None:
            same = main == end
        else:
            same = stripped(main.decode()) == [line for line in end.decode().split("\n") if line.strip()]
        if not same:
            raise GateFailed(f"{path}: the last slice is not main without its markers",
                             f"./lesson slice {tree.manifest.last} DIR, and compare")
    first = _tag_hashes(tag_command, {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "LANG": "C"}, "/")
    second = _tag_hashes(tag_command, {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8"}, workshop.root)
    if first != second:
        raise GateFailed("two runs give different hashes", " ".join(map(str, tag_command)))
    return f"{compared} files are main's; {len(first)} tags have the same hash in two runs"


def stripped(source):
    """Main without its markers, by a second and simpler reading of them; no blank lines."""
    kept = []
    for line in source.split("\n"):
        if re.match(r"\s*(//|#|<!--)(\||@(\}|solve\b|L\d\d(\.\.\d\d\+?)?\{))", line):
            continue
        line = re.sub(r"\s*(//@L\d\d|#@L\d\d|<!--@L\d\d-->)\s*$", "", line)
        if line.strip():
            kept.append(line)
    return kept


def _tag_hashes(command, environment, folder):
    done = subprocess.run(command, cwd=folder, env={**os.environ, **environment},
                          capture_output=True)
    if done.returncode != 0:
        raise GateFailed(done.stderr.decode().strip(), " ".join(map(str, command)))
    return done.stdout.decode().splitlines()


def added_lines(before, after):
    """Lines of code, blank ones aside, that `after` has and `before` has not."""
    total = 0
    for path, file in after.items():
        if not path.startswith(_CODE_FOLDERS) or not path.endswith((".cc", ".h")):
            continue
        old = before.get(path)
        if old is not None and old.data == file.data:
            continue
        count = [Counter(line for line in data.split(b"\n") if line.strip())
                 for data in (file.data, old.data if old else b"")]
        total += sum((count[0] - count[1]).values())
    return total


def gate5(workshop):
    """Sizes: lines added per lesson, and how much of main is markers and superseded code."""
    rows, problems, before = [("no", "slug", "added", "reason")], [], {}
    tree = workshop.tree
    for lesson in tree.manifest.lessons:
        after = workshop.slice(lesson.number)
        lines, before = added_lines(before, after), after
        if lines > LINES_MAX and not lesson.size_reason:
            problems.append(f"lesson {lesson.id} adds {lines} lines (over {LINES_MAX}) without a "
                            "size_reason")
        rows.append((lesson.id, lesson.slug, str(lines), lesson.size_reason))
    total = marks = superseded = 0
    for path, file in tree.files.items():
        if not path.startswith(_CODE_FOLDERS) or not path.endswith((".cc", ".h")):
            continue
        total += file.data.count(b"\n")
        if path in tree.owners.added and tree.source(path) is not None:
            marks += tree.source(path).marker_lines
            superseded += tree.source(path).superseded_lines
    shares = marks / max(1, total), superseded / max(1, total)
    if shares[0] >= MARKER_SHARE_MAX:
        problems.append(f"{marks} of {total} lines are markers, {shares[0]:.1%} "
                        f"(limit {MARKER_SHARE_MAX:.0%}); move code behind a seam into its own file")
    if shares[1] >= SUPERSEDED_SHARE_MAX:
        problems.append(f"{superseded} of {total} lines are superseded, {shares[1]:.1%} (limit "
                        f"{SUPERSEDED_SHARE_MAX:.0%}); move them to lessons/past/ with `removes`")
    return rows, problems, (f"markers {shares[0]:.1%}, superseded code {shares[1]:.1%} "
                            f"of {total} lines")


def gate6(workshop, lesson):
    """The text is true."""
    tasks = workshop.tree.tasks(lesson.number)
    report = check_text(workshop, lesson)
    problems = report.problems
    if not TASKS_MIN <= len(tasks) <= TASKS_MAX:
        problems.append(f"{len(tasks)} tasks in the code; a lesson has {TASKS_MIN} to {TASKS_MAX}")
    if problems:
        raise GateFailed(f"{len(problems)} things are untrue or missing:\n  "
                         + "\n  ".join(problems), f"./lesson text {lesson.id}")
    return (f"{report.words} words, {report.code_blocks} code blocks, {report.commands} commands, "
            f"{len(tasks)} tasks with hints")


def check_text(workshop, lesson):
    """Builds what the text's commands need and checks the text; returns its Report."""
    path = lesson.folder + "/README.md"
    if path not in workshop.tree.files:
        raise GateFailed(f"{path} is missing", "write the text of the lesson")
    files = workshop.slice(lesson.number)
    source = workshop.tree.files[path].data.decode()
    workshop.enter(lesson.number)
    with tempfile.TemporaryDirectory(prefix="strata-text-") as home:
        try:
            return text.check(path, source, files, workshop.tree.tasks(lesson.number),
                              workshop.tree.answers(lesson.number), lesson.number,
                              workshop.programs, Path(home))
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
    runs = 0
    for name in programs:
        command = f"{build.folder}/bin/bench/{name} --benchmark_min_time=0.01"
        if not (build.folder / "bin" / "bench" / name).exists():
            raise GateFailed(f"there is no benchmark program {name}",
                             "is Google Benchmark installed? ./dev setup bench")
        status, output = build.run_bench(name, ["--benchmark_min_time=0.01"])
        if status != 0 or "ERROR OCCURRED" in output:
            said = "still running after 120 s" if status is None else f"status {status}"
            raise GateFailed(f"{name}: {said}\n{_tail(output)}", command)
        runs += len(re.findall(r"^\S+\s+[\d.]+ (?:ns|us|ms|s)\b", output, re.MULTILINE))
    return f"{len(programs)} programs, {runs} measurements, all counters hold"


def _tail(output, lines=25):
    text_lines = [line for line in output.splitlines() if line.strip()]
    return "\n".join("    " + line for line in text_lines[-lines:])


def tag_command(root, worktree):
    command = [sys.executable, str(Path(root).resolve() / "lesson"), "tags", "--dry-run"]
    return command + ["--worktree"] if worktree else command
