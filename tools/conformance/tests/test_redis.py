"""Tests of tools/conformance/redis.py: what it makes of a log and of the list. It runs no test of Redis."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import redis as conformance  # noqa: E402

LOG = """Starting test server at port 21079
[ready]: 4711
Testing unit/fruit
[ok]: An apple falls (12 ms)
[ok]: An apple (green) falls (0 ms)
[\x1b[0;33;49mskip\x1b[0m]: A plum
[ignore]: A pear: Tag: needs:repl denied
[ignore]: Not supported on external server
[\x1b[0;31;49merr\x1b[0m]: A cherry in a glass in tests/unit/fruit.tcl
Expected '1' to be equal to '2'
[not a verdict]
[1/1 \x1b[0;33;49mdone\x1b[0m]: unit/fruit (4 seconds)

                   The End

!!! WARNING The following tests failed:

*** [err]: A cherry in a glass in tests/unit/fruit.tcl
[err]: said again in tests/unit/fruit.tcl
"""

LIST = """
# A remark.
unit/fruit  at least 2
  because there is no glass
    fail A cherry in a glass
    skip A plum
unit/other  at least 0
  because of #2
    skip A case #3 at least 2
"""


class Log(unittest.TestCase):
    def test_every_verdict_is_read_and_none_twice(self):
        seen = conformance.read_log(LOG)
        self.assertEqual(["An apple falls", "An apple (green) falls"], seen.passed)
        self.assertEqual(["A cherry in a glass"], seen.failed)
        self.assertEqual(["A plum"], seen.skipped)
        self.assertEqual(2, seen.ignored)
        self.assertTrue(seen.ended)

    def test_what_fails_outside_of_a_case_is_a_failure(self):
        seen = conformance.read_log("[err]: no such option\nERR no such option\n[exception]: it is over\n")
        self.assertEqual(["no such option", "it is over"], seen.failed)
        self.assertFalse(seen.ended)

    def test_the_case_in_which_time_ran_out_has_failed(self):
        seen = conformance.read_log("[ok]: One (1 ms)\n[TIMEOUT]: clients state report follows.\n"
                                    "sock55 => (IN PROGRESS) One that waits\n\n   The End\n")
        self.assertEqual((["One"], ["One that waits"], False), (seen.passed, seen.failed, seen.ended))


class List(unittest.TestCase):
    def test_floors_reasons_and_cases(self):
        files = conformance.read_list(LIST)
        self.assertEqual(["unit/fruit", "unit/other"], list(files))
        fruit = files["unit/fruit"]
        self.assertEqual((2, {"A plum": "there is no glass"}, {"A cherry in a glass": "there is no glass"}),
                         (fruit.floor, fruit.skipped, fruit.failing))
        self.assertEqual({"A case #3 at least 2": "of #2"}, files["unit/other"].skipped)

    def test_another_checkout_has_its_own_floors_and_cases_beside_the_others(self):
        files = conformance.read_list(LIST)
        others = conformance.read_list("unit/fruit  at least 1\n  because it rots\n    fail A plum\n    fail A fig\n"
                                       "unit/new  at least 3\n")
        both = conformance.merged(files, others)
        self.assertEqual([("unit/fruit", 1), ("unit/other", 0), ("unit/new", 3)],
                         [(name, file.floor) for name, file in both.items()])
        fruit = both["unit/fruit"]
        self.assertEqual({}, fruit.skipped)
        self.assertEqual({"A cherry in a glass", "A plum", "A fig"}, set(fruit.failing))
        self.assertEqual(2, files["unit/fruit"].floor)

    def test_the_lists_of_both_can_be_read(self):
        with tempfile.TemporaryDirectory() as folder:
            checkout = pathlib.Path(folder)
            self.assertEqual("redis", conformance.read_lists(checkout)[1])
            (checkout / "tests/support").mkdir(parents=True)
            (checkout / "tests/support/valkey.tcl").touch()
            files, project = conformance.read_lists(checkout)
            self.assertEqual("valkey", project)
            self.assertIn("Nested MULTI are not allowed", files["unit/multi"].failing)

    def test_what_it_does_not_understand_is_an_error(self):
        for text in ("skip A case", "unit/a at least 1\nskip A case", "unit/a at least many", LIST + LIST,
                     "unit/a at least 1\nbecause x\nskip A\nfail A"):
            with self.subTest(text=text), self.assertRaises(conformance.ListError):
                conformance.read_list(text)

    def test_the_list_of_the_project_is_understood(self):
        files = conformance.read_list(conformance.LIST.read_text())
        self.assertIn("unit/type/string", files)
        for name, expected in files.items():
            self.assertGreater(expected.floor, 0, name)


class Judgement(unittest.TestCase):
    def setUp(self):
        self.expected = conformance.read_list(LIST)["unit/fruit"]
        self.seen = conformance.read_log(LOG)

    def test_what_the_list_knows_is_no_failure(self):
        verdict = conformance.judge(self.expected, self.seen)
        self.assertEqual(([], [], 1), (verdict.failures, verdict.notes, verdict.known))

    def test_a_failure_that_the_list_does_not_know(self):
        self.seen.failed.append("A melon")
        self.assertEqual(["failed: A melon"], conformance.judge(self.expected, self.seen).failures)

    def test_fewer_than_the_floor(self):
        self.seen.passed.pop()
        self.assertEqual(["1 passed, and at least 2 should"], conformance.judge(self.expected, self.seen).failures)

    def test_a_runner_that_does_not_end_and_a_server_that_does(self):
        self.seen.ended = False
        self.assertEqual(["the runner didn't come to its end"],
                         conformance.judge(self.expected, self.seen).failures)
        self.assertEqual(["the server ended"],
                         conformance.judge(self.expected, self.seen, ["the server ended"]).failures)

    def test_cases_of_the_list_that_pass_or_are_gone_are_named(self):
        self.seen.failed, self.seen.skipped = [], []
        self.seen.passed.append("A cherry in a glass")
        verdict = conformance.judge(self.expected, self.seen)
        self.assertEqual([], verdict.failures)
        self.assertEqual(["passes, and is in the list: A cherry in a glass", "in the list, and not met: A plum"],
                         verdict.notes)


class CommandLine(unittest.TestCase):
    def test_a_folder_without_tests_is_a_usage_error(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()) as said:
            with self.assertRaises(SystemExit) as ended:
                conformance.main([folder])
        self.assertEqual(2, ended.exception.code)
        self.assertIn("it takes a checkout of Redis", said.getvalue())

    def test_the_table_stands_in_columns(self):
        self.assertEqual("file  passed\na          1\nlong     100",
                         conformance.table([["file", "passed"], ["a", 1], ["long", 100]]))


if __name__ == "__main__":
    unittest.main()
