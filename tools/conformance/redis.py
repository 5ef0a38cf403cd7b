#!/usr/bin/env python3
"""Runs Redis's or Valkey's own tests against `strata serve` and compares what they say with a list.

    ./dev conformance redis DIR [FILE...]

DIR is a checkout of Redis or of Valkey (its folder tests/ is enough). Each file of tests gets a server
of its own on an empty store and a limit of time. redis_expected.txt, beside this program, holds for
each file how many cases pass at least and which don't, with the reason; valkey_expected.txt has what
is otherwise for Valkey. What the runner said is kept in build/conformance. The exit code is 1 if a case fails that the list doesn't know, if a file
passes fewer than it should, or if a server ends by itself.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = pathlib.Path(__file__).with_name("redis_expected.txt")
VALKEY_LIST = pathlib.Path(__file__).with_name("valkey_expected.txt")
# What a server alone, without Redis's files and limits of memory, can't be asked.
TAGS = "-needs:repl -needs:save -needs:reset -needs:config-maxmemory -slow"
CASE_SECONDS = 120
FILE_SECONDS = 300

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
VERDICT = re.compile(r"^\[(ok|err|exception|ignore|skip|TIMEOUT)\]: (.*)$")
ELAPSED = re.compile(r" \(\d+ ms\)$")
PLACE = re.compile(r"^(.*) in tests/\S+\.tcl$")
IN_PROGRESS = re.compile(r"^\S+ => \(IN PROGRESS\) (.*)$")


class ListError(Exception):
    """The list can't be understood."""


@dataclasses.dataclass
class Expected:
    """What the list says of one file."""

    floor: int
    skipped: dict = dataclasses.field(default_factory=dict)  # Name of a case: reason.
    failing: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Seen:
    """What the runner said of one file."""

    passed: list = dataclasses.field(default_factory=list)
    failed: list = dataclasses.field(default_factory=list)
    skipped: list = dataclasses.field(default_factory=list)
    ignored: int = 0
    ended: bool = False


def read_list(text):
    """`FILE  at least N`, then below it `because REASON`, then `skip NAME` or `fail NAME`."""
    files, here, reason = {}, None, ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("# "):
            continue
        if match := re.fullmatch(r"(\S+) +at least (\d+)", line):
            if match[1] in files:
                raise ListError(f"line {number}: {match[1]} is there twice")
            here, reason = files.setdefault(match[1], Expected(int(match[2]))), ""
        elif match := re.fullmatch(r"because (.+)", line):
            reason = match[1]
        elif (match := re.fullmatch(r"(skip|fail) (.+)", line)) and here is not None and reason:
            cases = here.skipped if match[1] == "skip" else here.failing
            if match[2] in here.skipped or match[2] in here.failing:
                raise ListError(f"line {number}: the case is there twice")
            cases[match[2]] = reason
        else:
            raise ListError(f"line {number}: a file, a reason or a case under a reason was to come")
    return files


def merged(files, others):
    """A list for another checkout: its floors, and its cases beside the others."""
    both = {name: Expected(file.floor, dict(file.skipped), dict(file.failing)) for name, file in files.items()}
    for name, other in others.items():
        here = both.setdefault(name, Expected(0))
        here.floor = other.floor
        for case in {**other.skipped, **other.failing}:
            here.skipped.pop(case, None)
            here.failing.pop(case, None)
        here.skipped |= other.skipped
        here.failing |= other.failing
    return both


def read_lists(checkout):
    """What is expected of a checkout's tests; its name."""
    files = read_list(LIST.read_text())
    if not (checkout / "tests/support/valkey.tcl").exists():
        return files, "redis"
    return merged(files, read_list(VALKEY_LIST.read_text())), "valkey"


def read_log(text):
    """A case that failed outside of any has as its name the first line of what was said."""
    seen = Seen()
    lines = COLOURS.sub("", text).splitlines()
    for number, line in enumerate(lines):
        if line.strip() == "The End":  # What comes is said a second time.
            seen.ended = seen.ended or not any("[TIMEOUT]" in before for before in lines[:number])
            break
        if match := IN_PROGRESS.match(line):
            seen.failed.append(match[1])
        elif match := VERDICT.match(line):
            kind, what = match.groups()
            if kind == "ok":
                seen.passed.append(ELAPSED.sub("", what))
            elif kind == "skip":
                seen.skipped.append(what)
            elif kind == "ignore":
                seen.ignored += 1
            elif kind != "TIMEOUT":
                place = PLACE.match(what)
                seen.failed.append(place[1] if place else what)
    return seen


@dataclasses.dataclass
class Judged:
    failures: list  # Lines, each a failure.
    notes: list  # Lines that are none.
    known: int  # Cases that failed, as the list says.


def judge(expected, seen, went_wrong=()):
    failures, notes, known = list(went_wrong), [], 0
    for name in seen.failed:
        if name in expected.failing:
            known += 1
        elif name in expected.skipped:
            failures.append(f"not skipped, and failed: {name}")
        else:
            failures.append(f"failed: {name}")
    if not seen.ended and not went_wrong:
        failures.append("the runner didn't come to its end")
    if len(seen.passed) < expected.floor:
        failures.append(f"{len(seen.passed)} passed, and at least {expected.floor} should")
    met = {*seen.passed, *seen.failed, *seen.skipped}
    for name in expected.failing:
        if name in seen.passed and name not in seen.failed:
            notes.append(f"passes, and is in the list: {name}")
    for name in [*expected.failing, *expected.skipped]:
        if name not in met:
            notes.append(f"in the list, and not met: {name}")
    return Judged(failures, notes, known)


def table(rows):
    """Rows of words and numbers; the first is the head."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join([row[0].ljust(widths[0])] +
                               [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]) for row in rows)


class Server:
    """`strata serve` on an empty store."""

    def __init__(self, program, folder):
        ports = pathlib.Path(folder, "ports")
        self.log = pathlib.Path(folder, "server.log")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [program, "--db", pathlib.Path(folder, "db"), "--sync", "interval",  # One case writes 10,000 times.
                 "serve", "--redis", "127.0.0.1:0", "--ports-file", ports],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + 30
        while not ports.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                self.process.kill()
                raise RuntimeError(f"the server doesn't start: {self.log.read_text().strip()}")
            time.sleep(0.02)
        self.port = json.loads(ports.read_text())["redis"]

    def stop(self):
        """What went wrong, or nothing."""
        by_itself = self.process.poll() is not None
        if not by_itself:
            self.process.terminate()
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "the server doesn't stop"
        if by_itself or code != 0:
            said = self.log.read_text().strip().splitlines()
            return f"the server ended {'by itself ' if by_itself else ''}with {code}: {said[-1] if said else ''}"
        return ""


def run_file(program, checkout, name, expected, log_path, seconds):
    """What the runner said of one file of tests, and what else went wrong."""
    wrong = []
    with tempfile.TemporaryDirectory(prefix="strata-conformance-") as folder:
        server = Server(program, folder)
        skip_file = pathlib.Path(folder, "skip")
        skip_file.write_text("".join(f"{case}\n" for case in expected.skipped))
        with log_path.open("wb") as log:
            runner = subprocess.Popen(
                ["tclsh", "tests/test_helper.tcl", "--host", "127.0.0.1", "--port", str(server.port), "--single", name,
                 "--clients", "1", "--durable", "--timeout", str(CASE_SECONDS), "--tags", TAGS, "--skipfile",
                 str(skip_file)],
                cwd=checkout, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                runner.wait(seconds)
            except subprocess.TimeoutExpired:
                wrong.append(f"not done within {seconds} s")
            finally:
                try:
                    os.killpg(runner.pid, signal.SIGKILL)  # The runner, if it runs, and what it began.
                except ProcessLookupError:
                    pass
                runner.wait()
        if problem := server.stop():
            wrong.append(problem)
    return read_log(log_path.read_text(errors="replace")), wrong


def main(arguments):
    parser = argparse.ArgumentParser(prog="./dev conformance redis", description=__doc__.splitlines()[0])
    parser.add_argument("checkout", metavar="DIR", type=pathlib.Path, help="a checkout of Redis or Valkey")
    parser.add_argument("files", metavar="FILE", nargs="*", help="files of the list (default: all), as unit/expire")
    parser.add_argument("--program", default=ROOT / "build/release/bin/strata", type=pathlib.Path)
    parser.add_argument("--seconds", default=FILE_SECONDS, type=int, help="limit for one file (%(default)s)")
    options = parser.parse_args(arguments)
    if not (options.checkout / "tests/test_helper.tcl").exists():
        parser.error(f"{options.checkout} has no tests/test_helper.tcl: it takes a checkout of Redis or Valkey")
    files, project = read_lists(options.checkout)
    for name in options.files:
        if name not in files:
            parser.error(f"{name} isn't in the list: {' '.join(files)}")
    logs = ROOT / "build/conformance" / project
    logs.mkdir(parents=True, exist_ok=True)

    rows = [["file", "passed", "floor", "failed", "known", "skipped", "ignored", "seconds"]]
    remarks = []
    passed = failed = 0
    for name in options.files or files:
        start = time.monotonic()
        seen, wrong = run_file(options.program, options.checkout, name, files[name],
                               logs / f"{name.replace('/', '-')}.log", options.seconds)
        verdict = judge(files[name], seen, wrong)
        passed += len(seen.passed)
        failed += len(verdict.failures)
        rows.append([name, len(seen.passed), files[name].floor, len(verdict.failures), verdict.known,
                     len(seen.skipped), seen.ignored, round(time.monotonic() - start)])
        remarks += [f"{name}: {line}" for line in verdict.failures + verdict.notes]
    print(table(rows))
    if remarks:
        print("\n" + "\n".join(remarks))
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
