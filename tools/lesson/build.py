"""Builds a slice with CMake and runs its test cases and benchmarks, each in a process of its own."""

import os
import re
import shlex
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .errors import LessonError

CASE_TIMEOUT_S = 10
HUNG_MAX = 3             # Once so many cases have hung ...
IMPATIENT_TIMEOUT_S = 2  # ... the others have so long.
PATIENT_TIMEOUT_S = 60   # What a case that must pass has when it is run again, alone.
YOURS_TO_WRITE = 86
_TASK = re.compile(r"task (\d+\.(?:\d+|build)) is yours to write: (.*)")


class BuildFailed(Exception):
    """Carries the log of a configuration or of a compilation that failed."""

    def __init__(self, command, log):
        super().__init__(f"`{command}` failed")
        self.command, self.log = command, log

    def excerpt(self, lines=30):
        """The lines of the log from the first error on."""
        log = [line for line in self.log.splitlines() if not re.match(r"\[\d+/\d+\]", line)]
        first = next((i for i, line in enumerate(log)
                      if re.search(r"\berror\b|FAILED|warning:|undefined reference", line)), 0)
        return "\n".join(log[first:first + lines])


@dataclass(frozen=True)
class Case:
    program: str
    name: str
    tags: tuple

    def of(self, lesson):
        return lesson.slug in self.tags


@dataclass
class Outcome:
    case: Case
    status: int | None  # None: timed out. Negative: ended by that signal.
    output: str
    seconds: float
    limit: int = CASE_TIMEOUT_S

    @property
    def passed(self):
        return self.status == 0

    @property
    def hung(self):
        return self.status is None

    @property
    def tasks(self):
        """The tasks that the case ran into, {number: title}."""
        return dict(_TASK.findall(self.output))

    @property
    def clean_failure(self):
        """Failed by an assertion or at a task, not by a crash or a hang."""
        crashed = "due to a fatal error condition" in self.output
        return self.status is not None and self.status > 0 and not crashed

    def verdict(self):
        if self.status is None:
            return f"still running after {self.limit} s"
        if self.status < 0:
            return f"ended by signal {-self.status}"
        if self.tasks:
            task, title = next(iter(self.tasks.items()))
            return f"task {task} is yours to write: {title}"
        return "passed" if self.passed else f"failed (status {self.status})"


@dataclass
class Build:
    """The build of the slice in `tree`, in tree/build/<kind>."""

    tree: Path
    kind: str = "test"
    jobs: int = field(default_factory=lambda: jobs_wanted())
    options: tuple = ("-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DSTRATA_MUTANTS=ON",
                      "-DSTRATA_BENCH=ON", "-DSTRATA_PEERS=OFF", "-DSTRATA_WERROR=ON",
                      "-DSTRATA_FAST_BUILD=ON", "-DSTRATA_LINK_MAPS=ON", "-DSTRATA_OPTIMIZE=-O1",
                      "-DSTRATA_QUICK_TESTS=ON")
    strict: bool = True  # A warning is an error.

    @property
    def folder(self):
        return Path(self.tree) / "build" / self.kind

    def environment(self):
        return {**os.environ, "CLICOLOR_FORCE": "0", "LC_ALL": "C"}

    def make(self, targets=()):
        """Configures if needed and builds `targets` (paths below the build folder), or all; returns
        the log."""
        if not (self.folder / "build.ninja").exists():
            self._run(["cmake", "-G", "Ninja", "-S", str(self.tree), "-B", str(self.folder),
                       *self.options])
        log = self._run(["ninja", "-C", str(self.folder), "-j", str(self.jobs), *targets])
        if self.strict and re.search(r"\bwarning:", log):
            raise BuildFailed("ninja", log)
        return log

    def _run(self, command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=self.environment())
        log = done.stdout.decode(errors="replace")
        if done.returncode != 0:
            raise BuildFailed(shlex.join(command), log)
        return log

    def test_programs(self):
        """Names of this slice's test programs that were built: the peers' need libraries that a
        lesson does without. The build folder may hold programs of other slices."""
        return [name for name in self._test_names() if self.path(name).exists()]

    def test_targets(self):
        """The targets of the test programs that this slice can build."""
        names = [f"bin/tests/{name}" for name in self._test_names()]
        path = self.folder / "build.ninja"
        if not path.exists():
            return names
        known = set(re.findall(r"^build ([^\s:]+)", path.read_text(), re.MULTILINE))
        return [name for name in names if name in known]

    def _test_names(self):
        modules = {path.parent.name for path in Path(self.tree).glob("tests/*/*_test.cc")}
        return [f"strata_test_{module}" for module in sorted(modules)]

    def path(self, program):
        return self.folder / "bin" / "tests" / program

    def cases(self, programs=None):
        found = []
        for program in programs if programs is not None else self.test_programs():
            done = subprocess.run([self.path(program), "--list-for-ctest"], capture_output=True,
                                  timeout=CASE_TIMEOUT_S)
            if done.returncode != 0:
                raise LessonError(program, "--list-for-ctest failed", done.stderr.decode())
            for line in done.stdout.decode().splitlines():
                tags, _, name = line.partition("\t")
                if name:
                    found.append(Case(program, name, tuple(tags.split(","))))
        return found

    def command(self, case, folder=None):
        """What runs the case alone, for somebody who is in `folder`."""
        path = self.path(case.program)
        return shlex.join([str(path.relative_to(folder) if folder else path), "--exact", case.name])

    def run(self, case, limit=CASE_TIMEOUT_S):
        return Outcome(case, *self._spawn([str(self.path(case.program)), "--exact", case.name], limit), limit)

    def again_if_stopped(self, outcome):
        """For a case that must pass: what is slow beside other work isn't hung."""
        return self.run(outcome.case, PATIENT_TIMEOUT_S) if outcome.hung else outcome

    def run_program(self, program, spec, timeout):
        """Runs all cases that match `spec` in one process; returns the outcome of them together."""
        case = Case(program, f"{program}, its cases one after the other", ())
        return Outcome(case, *self._spawn([str(self.path(program)), spec], timeout), timeout)

    def run_all(self, cases, stop_at_failure=False):
        """Runs each case in its process, `jobs` at a time; keeps the order."""
        stopped, hung = [], []

        def one(case):
            if stopped:
                return None
            outcome = self.run(case, IMPATIENT_TIMEOUT_S if len(hung) >= HUNG_MAX else CASE_TIMEOUT_S)
            if outcome.hung:
                hung.append(case)
            if stop_at_failure and not outcome.passed:
                stopped.append(case)
            return outcome
        with workers(self.jobs) as pool:
            return [outcome for outcome in pool.map(one, cases) if outcome]

    def _spawn(self, command, timeout):
        return spawn(command, timeout)

    def run_bench(self, name, arguments=(), timeout=120):
        """Runs a benchmark program; returns (status, output)."""
        program = self.folder / "bin" / "bench" / name
        return spawn([str(program), *arguments], timeout, {"STRATA_BENCH_QUICK": "1"})[:2]


def jobs_wanted():
    """How much runs at once: STRATA_JOBS says it, as for ./dev; else one for each processor."""
    wanted = os.environ.get("STRATA_JOBS", "")
    return int(wanted) if wanted.isdigit() and int(wanted) else os.cpu_count() or 1


class _Running:
    """The programs that run now. Each has a process group of its own, so Ctrl-C doesn't reach it."""

    def __init__(self):
        self._lock, self._processes, self._stopped = threading.Lock(), set(), False

    def start(self, command, **options):
        with self._lock:
            if self._stopped:
                raise KeyboardInterrupt
            process = subprocess.Popen(command, start_new_session=True, **options)
            self._processes.add(process)
        return process

    def end(self, process):
        """Ends the process, and its children with it."""
        _kill_group(process)
        process.wait()
        with self._lock:
            self._processes.discard(process)

    def stop(self):
        """Ends all; none is started any more."""
        with self._lock:
            self._stopped = True
            for process in self._processes:
                _kill_group(process)


_running = _Running()


def _kill_group(process):
    try:
        os.killpg(process.pid, 9)
    except (ProcessLookupError, PermissionError):
        pass


@contextmanager
def workers(jobs):
    """A pool of threads that wait for programs. Who interrupts it needn't wait: they all end then."""
    pool = ThreadPoolExecutor(jobs)
    try:
        yield pool
    except (KeyboardInterrupt, SystemExit):
        _running.stop()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def spawn(command, timeout, extra=None):
    """Runs a program in an empty folder; returns (status, output, seconds)."""
    environment = {key: value for key, value in os.environ.items() if key != "STRATA_MUTANT"}
    environment.update({"LC_ALL": "C", **(extra or {})})
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="strata-lesson-") as folder, \
            tempfile.TemporaryFile() as output:
        environment["TMPDIR"] = folder
        process = _running.start(command, stdout=output, stderr=subprocess.STDOUT, cwd=folder,
                                 stdin=subprocess.DEVNULL, env=environment)
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            _running.end(process)
        output.seek(0)
        text = output.read().decode(errors="replace")
    return status, text, time.monotonic() - start
