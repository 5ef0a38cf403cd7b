"""Which test belongs to which task, and which task comes next."""

import unittest

import support  # noqa: F401
from lesson import progress
from lesson.build import Case, Outcome

SOURCES = {"strata_test_wal\twrites": "tests/wal/log_writer_test.cc",
           "strata_test_wal\treads": "tests/wal/log_reader_test.cc",
           "strata_test_wal\treads on": "tests/wal/log_reader_test.cc",
           "strata_test_wal\tboth": "tests/wal/format_test.cc",
           "strata_test_db\tall": "tests/db/store_test.cc"}


def outcome(name, status=1, stops_at="", program="wal", tags=("log",)):
    output = f"task {stops_at} is yours to write: x\n" if stops_at else ""
    return Outcome(Case(f"strata_test_{program}", name, tags), 86 if stops_at else status, output, 0)


def tasks(*untouched):
    return [progress.Task(number, f"title {number}", f"src/wal/{path}", f"log.{number[2:]}", number in untouched)
            for number, path in (("3.1", "log_writer.cc"), ("3.2", "log_reader.cc"), ("3.3", "log_reader.cc"))]


class Owning(unittest.TestCase):
    def owner(self, given, stopped=None):
        task = progress.owner(given, tasks(), SOURCES, stopped or {})
        return task and task.number

    def test_where_it_stops_comes_first_and_nearness_last(self):
        self.assertEqual(self.owner(outcome("writes", stops_at="3.3")), "3.3")
        self.assertEqual(self.owner(outcome("all", stops_at="3.2", program="db")), "3.2")
        self.assertEqual(self.owner(outcome("reads")), "3.2")
        self.assertEqual(self.owner(outcome("both")), "3.1")
        self.assertEqual(self.owner(outcome("both", tags=("log", "log.3"))), "3.3")
        self.assertIsNone(self.owner(outcome("all", program="db")))

    def test_where_it_stopped_before_counts_for_a_test_of_that_module(self):
        self.assertEqual(self.owner(outcome("reads"), {"strata_test_wal\treads": "3.3"}), "3.3")
        self.assertIsNone(self.owner(outcome("all", program="db"), {"strata_test_db\tall": "3.1"}))
        # It ran into 3.1 on its way, and its tag knows better.
        self.assertEqual(self.owner(outcome("reads", tags=("log", "log.2")), {"strata_test_wal\treads": "3.1"}), "3.2")

    def test_a_test_that_runs_past_a_silent_task_belongs_to_that(self):
        series = tasks("3.2", "3.3")
        series[1].silent = True
        for given, wanted in ((outcome("reads", stops_at="3.3"), "3.2"), (outcome("both", stops_at="3.3"), "3.3"),
                              (outcome("all", stops_at="3.3", program="db", tags=("log.2",)), "3.2")):
            self.assertEqual(progress.owner(given, series, SOURCES, {}).number, wanted)
        series[1].silent = series[1].untouched = False
        self.assertEqual(progress.owner(outcome("reads", stops_at="3.3"), series, SOURCES, {}).number, "3.3")
        # What is green without the task that it stopped at has nothing to do with it.
        self.assertEqual(progress.owner(outcome("reads", 0), series, SOURCES, {"strata_test_wal\treads": "3.3"}).number,
                         "3.2")


class Choosing(unittest.TestCase):
    def judge(self, outcomes, *untouched, memory=None):
        return progress.judge(tasks(*untouched), outcomes, SOURCES, memory if memory is not None else {}, set())

    def test_the_lowest_task_and_its_nearest_test(self):
        found = self.judge([outcome("all", stops_at="3.1", program="db"), outcome("reads"),
                            outcome("writes", stops_at="3.1")], "3.1", "3.2", "3.3")
        self.assertEqual((found.next.number, found.failure.case.name), ("3.1", "writes"))
        self.assertEqual([task.said() for task in found.tasks],
                         ["yours to write (2 tests)", "yours to write (1 test)", "yours to write"])

    def test_an_integration_test_waits_for_the_unit_tests_of_the_task_at_hand(self):
        memory = {}
        self.judge([outcome("all", stops_at="3.1", program="db"), outcome("writes", stops_at="3.1"),
                    outcome("reads")], "3.1", "3.2", memory=memory)
        found = self.judge([outcome("all", program="db"), outcome("writes", 0), outcome("reads")], memory=memory)
        self.assertEqual((found.next.number, found.failure.case.name), ("3.2", "reads"))
        self.assertEqual(found.tasks[0].said(), "1 of 1 test green")
        found = self.judge([outcome("all", program="db"), outcome("writes", 0), outcome("reads", 0)], memory=memory)
        self.assertEqual((found.next, found.failure.case.name), (found.together, "all"))

    def test_what_works_in_part_may_wait_for_a_later_task(self):
        outcomes = [outcome("writes", 0), outcome("both"), outcome("reads")]
        found = self.judge(outcomes, "3.2")
        self.assertEqual((found.next.number, [task.number for task in found.doubtful]), ("3.2", ["3.1"]))
        self.assertEqual(self.judge(outcomes).next.number, "3.1")

    def test_what_the_starter_passes_is_no_merit(self):
        memory = {}
        self.judge([outcome("reads", 0), outcome("reads on")], "3.2", memory=memory)
        found = self.judge([outcome("reads", 0), outcome("reads on")], memory=memory)
        self.assertEqual(found.tasks[1].said(), "0 of 1 test green")

    def test_all_green(self):
        found = self.judge([outcome("reads", 0), outcome("all", 0, program="db")])
        self.assertIsNone(found.next)


class Untouched(unittest.TestCase):
    STARTER = ("void F(int a) {\n  // Task 3.1: do it.\n  (void)a;\n  return 0;\n}\n"
               "void G() {\n  x();\n  // Task 3.2: do that.\n}\n"
               "void H() {\n  // Task 3.3: stop.\n  strata::lesson::YoursToWrite(\"3.3\", \"stop\");\n}\n")

    def test_a_stub_counts_until_something_of_it_has_changed(self):
        def left(mine):
            return [task for task in ("3.1", "3.2", "3.3") if progress.is_untouched(task, self.STARTER, mine)]
        self.assertEqual(left(self.STARTER), ["3.1", "3.2", "3.3"])
        self.assertEqual(left(self.STARTER.replace("return 0", "return a")), ["3.2", "3.3"])
        self.assertEqual(left(self.STARTER.replace("do that.\n", "do that.\n  y();\n")), ["3.1", "3.3"])
        self.assertEqual(left(self.STARTER.replace("  // Task 3.3: stop.\n", "")), ["3.1", "3.2", "3.3"])
        self.assertEqual(left(self.STARTER.replace('strata::lesson::YoursToWrite("3.3", "stop")', "y()")),
                         ["3.1", "3.2"])
        self.assertEqual(left(""), [])


if __name__ == "__main__":
    unittest.main()
