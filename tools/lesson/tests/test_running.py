"""Earlier lessons' cases: a process per program, and each alone when that fails."""

import os
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock
from pathlib import Path

import support
from lesson import running
from lesson.build import Build, Case, Outcome
from lesson.manifest import Lesson


class Stand_in:
    """A build whose cases end as one says."""

    jobs = 1

    def __init__(self, whole, alone):
        self.whole, self.alone, self.ran = whole, alone, []

    def run_program(self, program, spec, timeout):
        self.ran.append(spec)
        return Outcome(Case(program, "its cases one after the other", ()), self.whole.get(program, 0), "", 0)

    def run(self, case, limit=10):
        self.ran.append(case.name)
        return Outcome(case, self.alone.get(case.name, 0), "", 0)

    again_if_stopped = Build.again_if_stopped


class Others(unittest.TestCase):
    LESSON = Lesson(2, "two", "t", "p")
    CASES = [Case("a", "one", ("one",)), Case("a", "long", ("one", "long")), Case("b", "two", ()),
             Case("b", "mine", ("two",)), Case("b", "planted", ("one", "planted"))]

    def run_others(self, whole, alone, **more):
        build = Stand_in(whole, alone)
        count, failed = running.run_others(build, self.LESSON, self.CASES, **more)
        return count, [outcome.case.name for outcome in failed], build.ran

    def test_what_passes_as_a_whole_is_not_looked_into(self):
        self.assertEqual(self.run_others({}, {}), (3, [], ["~[slow]~[long]~[two]"] * 2))
        self.assertEqual(self.run_others({}, {}, planted=False)[0], 2)

    def test_a_failure_is_traced_to_its_case(self):
        self.assertEqual(self.run_others({"b": 1}, {"two": 1})[1:],
                         (["two"], ["~[slow]~[long]~[two]"] * 2 + ["two", "planted"]))

    def test_a_program_that_fails_only_as_a_whole_fails(self):
        self.assertEqual(self.run_others({"b": 1}, {})[1], ["its cases one after the other"])
        self.assertEqual(self.run_others({"b": None}, {})[1], ["its cases one after the other"])


    def test_none_is_begun_behind_a_program_that_hangs_when_somebody_waits(self):
        begun = []
        count, failed, ran = self.run_others({"a": None}, {"one": None}, begun=begun.append)
        self.assertEqual((count, failed, begun), (1, ["one"], ["a"]))
        self.assertEqual(len(ran), 2)
        self.assertEqual(self.run_others({"a": None}, {})[0], 3)


class Limits(unittest.TestCase):
    def test_strata_jobs_says_how_much_runs_at_once(self):
        for said, wanted in (("3", 3), ("", os.cpu_count()), ("many", os.cpu_count()), ("0", os.cpu_count())):
            with unittest.mock.patch.dict(os.environ, {"STRATA_JOBS": said}):
                self.assertEqual(Build(Path("x")).jobs, wanted)

    def test_when_three_cases_have_hung_the_others_have_less_time(self):
        limits = []

        class Hanging(Build):
            def _spawn(self, command, timeout):
                limits.append(timeout)
                return None, "", timeout
        outcomes = Hanging(Path("x"), jobs=1).run_all([Case("a", str(i), ()) for i in range(5)])
        self.assertEqual(limits, [10, 10, 10, 2, 2])
        self.assertEqual(outcomes[-1].verdict(), "still running after 2 s")

    def test_what_must_pass_and_was_stopped_is_run_again_with_more_time(self):
        limits = []

        class Slow(Build):
            def _spawn(self, command, timeout):
                limits.append(timeout)
                return (0 if timeout > 20 else None), "", timeout
        build, case = Slow(Path("x"), jobs=1), Case("a", "slow", ())
        self.assertTrue(build.again_if_stopped(build.run(case)).passed)
        self.assertEqual(limits, [10, 60])
        failed = Outcome(case, 1, "", 0.1)
        self.assertIs(build.again_if_stopped(failed), failed)

    def test_what_is_interrupted_ends_what_it_began(self):
        script = ("import sys; sys.path.insert(0, sys.argv[1])\n"
                  "from lesson.build import spawn, workers\n"
                  "with workers(2) as pool:\n"
                  "    futures = [pool.submit(spawn, ['sleep', '61.25'], 60) for _ in range(9)]\n"
                  "    import time; time.sleep(0.3)\n"
                  "    raise KeyboardInterrupt\n")
        with tempfile.TemporaryDirectory() as scratch:
            start = time.monotonic()
            done = subprocess.run([sys.executable, "-c", script, str(support.TOOLS)], capture_output=True, text=True,
                                  env={**os.environ, "TMPDIR": scratch})
            self.assertIn("KeyboardInterrupt", done.stderr)
            self.assertLess(time.monotonic() - start, 20)
            self.assertEqual(os.listdir(scratch), [])
        self.assertEqual(subprocess.run(["pgrep", "-f", "sleep 61.25"], capture_output=True).stdout, b"")


if __name__ == "__main__":
    unittest.main()
