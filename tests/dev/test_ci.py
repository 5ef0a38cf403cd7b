"""The clock of .ci/run: what is counted, what is cut, and what comes first the next time."""

import os
import shutil
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

DEV = """#!/usr/bin/env bash
echo "dev $*" >> "$CALLS"
case "$*" in
  test) echo "97% tests passed, 3 tests failed out of 100"; exit ${TESTS_STATUS:-8} ;;
  "test --under tsan") sleep ${TSAN_SLEEPS:-0}; echo "100% tests passed, 0 tests failed out of 7" ;;
  "test --under asan") echo "100% tests passed, 0 tests failed out of 5" ;;
  lint) echo "$STRATA_CMAKE_ARGS" > "$CALLS.args" ;;
esac
"""


@unittest.skipUnless((ROOT / ".ci/run").exists(), "a lesson's tree has no .ci/run")
class Clock(unittest.TestCase):
    def setUp(self):
        self.top = Path(tempfile.mkdtemp(prefix="strata-ci-"))
        self.addCleanup(shutil.rmtree, self.top)
        for name, text in (("dev", DEV), ("lesson", '#!/bin/sh\necho "lesson $*" >> "$CALLS"\n'),
                           ("lessons/lessons.toml", "[[lesson]]\n"), ("bench/report/a.cc", "int a;\n")):
            path = self.top / "tree" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        (self.top / "tree/.ci").mkdir()
        shutil.copy(ROOT / ".ci/run", self.top / "tree/.ci/run")
        for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"]):
            subprocess.run(["git", "-C", str(self.top / "tree"), *command], check=True)

    def run_ci(self, **more):
        (self.top / "calls").write_text("")
        done = subprocess.run(["bash", ".ci/run"], cwd=self.top / "tree", capture_output=True, text=True, timeout=120,
                              env={**os.environ, "CALLS": str(self.top / "calls"), "STRATA_CMAKE_ARGS": "",
                                   "STRATA_CI_STATE": str(self.top / "state"), **more})
        calls = [line.split(" --ledger")[0] for line in (self.top / "calls").read_text().splitlines()]
        return done.returncode, done.stdout, calls

    def test_steps_are_added_up(self):
        status, output, calls = self.run_ci()
        self.assertEqual(calls, ["dev test", "dev lint", "lesson verify", "dev test --under tsan", "dev test --under asan"])
        self.assertEqual((status, output.splitlines()[-1]), (1, "111 passed, 3 failed"))
        self.assertNotIn("cut by the clock", output)

    def test_a_failure_that_no_test_explains_counts(self):
        (self.top / "tree/lesson").write_text("#!/bin/sh\nexit 1\n")
        status, output, _ = self.run_ci(TESTS_STATUS="0")
        self.assertEqual(output.splitlines()[-1], "110 passed, 4 failed")
        self.assertEqual(status, 1)

    def test_what_the_clock_ends_is_named_and_comes_first_the_next_time(self):
        # Each share but the last is 0 beyond what is left: 17 minutes less 16 + 6 + ... leave nothing.
        dev = self.top / "tree/dev"
        dev.write_text(dev.read_text().replace("3 tests failed out of 100", "0 tests failed out of 100")
                       .replace("TESTS_STATUS:-8", "TESTS_STATUS:-0"))
        run = self.top / "tree/.ci/run"
        run.write_text(run.read_text().replace("BUDGET=$((60 * ", "BUDGET=$((1 * ").replace("60 * ${step#*:}", "0")
                       .replace("limit < 30", "limit < 1").replace("BUDGET - 300", "BUDGET"))
        status, output, calls = self.run_ci(STRATA_CI_MINUTES="6", TSAN_SLEEPS="30")
        self.assertIn("cut by the clock, first the next time: tsan asan", output)
        self.assertEqual((status, output.splitlines()[-1]), (0, "102 passed, 0 failed"))
        self.assertNotIn("dev test --under asan", calls)
        status, output, calls = self.run_ci(STRATA_CI_MINUTES="60")
        self.assertEqual(calls[:4], ["dev test", "dev test --under tsan", "dev test --under asan", "dev lint"])
        self.assertNotIn("cut by the clock", output)
        self.assertEqual(self.run_ci(STRATA_CI_MINUTES="60")[2][1], "dev lint")

    def test_tests_that_do_not_end_fail(self):
        dev = self.top / "tree/dev"
        dev.write_text(dev.read_text().replace("  test) ", "  test) sleep 30; "))
        run = self.top / "tree/.ci/run"
        run.write_text(run.read_text().replace("BUDGET - 300", "2"))
        status, output, _ = self.run_ci()
        self.assertIn("tests        0 passed   1 failed", output)
        self.assertEqual((status, output.splitlines()[-1]), (1, "14 passed, 1 failed"))

    def test_reports_are_left_out_where_they_passed_before(self):
        dev = self.top / "tree/dev"
        dev.write_text(dev.read_text().replace("3 tests failed out of 100", "0 tests failed out of 100")
                       .replace("TESTS_STATUS:-8", "TESTS_STATUS:-0"))
        arguments = self.top / "calls.args"
        self.run_ci()
        self.assertEqual(arguments.read_text().strip(), "")
        self.run_ci()
        self.assertIn("-DSTRATA_REPORT=OFF", arguments.read_text())
        git = ["git", "-C", str(self.top / "tree"), "-c", "user.name=x", "-c", "user.email=x@x"]
        (self.top / "tree/bench/report/a.cc").write_text("int b;\n")
        subprocess.run([*git, "commit", "-qam", "y"], check=True)
        self.run_ci()
        self.assertEqual(arguments.read_text().strip(), "")


if __name__ == "__main__":
    unittest.main()
