"""Earlier lessons' cases: a process per program, and each alone when that fails."""

import unittest

import support  # noqa: F401  (puts the tool on the path)
from lesson import running
from lesson.build import Case, Outcome
from lesson.manifest import Lesson


class Stand_in:
    """A build whose cases end as one says."""

    jobs = 1

    def __init__(self, whole, alone):
        self.whole, self.alone, self.ran = whole, alone, []

    def run_program(self, program, spec, timeout):
        self.ran.append(spec)
        return Outcome(Case(program, "its cases one after the other", ()), self.whole.get(program, 0), "", 0)

    def run(self, case):
        self.ran.append(case.name)
        return Outcome(case, self.alone.get(case.name, 0), "", 0)


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


if __name__ == "__main__":
    unittest.main()
