"""A learner's way through the toy series, and an author's verify, with the real commands."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

import support
from lesson import build, cli, compare, learner
from lesson.errors import LessonError

HAS_BUILD = shutil.which("cmake") and shutil.which("ninja")


class Walking(unittest.TestCase):
    def setUp(self):
        self.repository = support.Repository()
        self.repository.__enter__()
        self.addCleanup(self.repository.__exit__)
        self.assertEqual(self.repository.lesson("tags")[0], 0)
        status, output = self.repository.lesson("start", "1")
        self.assertEqual(status, 0, output)
        self.mine = self.repository.top / "strata-lesson-01"

    def here(self, *arguments):
        return self.repository.lesson(*arguments, cwd=self.mine)

    def solve(self, path="src/toy/add.cc", tag="lesson-01"):
        answer = support.git(self.mine, "show", f"{tag}:{path}")
        (self.mine / path).write_text("// Mine.\n" + answer)

    def test_start_refuses_a_full_folder_and_an_unknown_lesson(self):
        self.assertIn("not empty", self.repository.lesson("start", "1")[1])
        for number in ("9", "0", "-1"):
            for command in ("start", "check", "show"):
                status, output = self.repository.lesson(*([command] if number != "-1" else ["start"]), number)
                self.assertEqual((status, "choose one of 01..02" in output), (1, True), output)
        (self.repository.top / "afile").write_text("")
        self.assertIn("afile: is a file", self.repository.lesson("start", "1", str(self.repository.top / "afile"))[1])

    def test_start_writes_the_tags_that_a_fresh_clone_lacks(self):
        support.git(self.repository.root, "tag", "-d", *support.git(self.repository.root, "tag").split())
        status, output = self.repository.lesson("start", "2")
        self.assertEqual(status, 0, output)
        self.assertIn("writing the tags", output)
        self.assertNotIn("as you left it", output)

    def test_start_takes_a_folder_behind_build(self):
        self.assertEqual(cli.options_first(["start", "07", "--build", "there"]), ["start", "--build", "07", "there"])
        self.assertEqual(cli.options_first(["record", "a", "--dry-run"]), ["record", "a", "--dry-run"])

    def test_start_says_that_the_branch_was_there_and_how_to_begin_afresh(self):
        self.solve()
        support.git(self.mine, "commit", "-qam", "mine")
        shutil.rmtree(self.mine)
        status, output = self.repository.lesson("start", "1")
        self.assertEqual(status, 0, output)
        self.assertIn("the branch my-lesson-01 was there. To begin afresh, there: git reset --hard lesson-01-start",
                      output)
        self.assertIn("// Mine.", (self.mine / "src/toy/add.cc").read_text())

    def test_start_leaves_a_tree_alone_that_was_moved(self):
        (self.mine / "new.txt").write_text("")
        support.git(self.mine, "add", "new.txt")
        for there in ("renamed", "far/away"):
            there = self.repository.top / there
            there.parent.mkdir(exist_ok=True)
            self.mine.rename(there)
            output = self.repository.lesson("start", "1")[1]
            if there.parent == self.repository.top:
                self.assertIn(f"it is open in {there}", output)
            else:
                self.assertIn("as you left it", output)
            self.assertEqual(support.git(there, "status", "--porcelain"), "A  new.txt\n")
            self.repository.lesson("start", "2")
            self.assertEqual(support.git(there, "status", "--porcelain"), "A  new.txt\n")
            self.mine = there

    def test_list_knows_later_lessons_by_their_tags(self):
        output = self.here("list")[1]
        self.assertRegex(output, r"01 +add +Addition +2 +\d+ +\d+\n02 +mul +Multiplication +2 +5 +\d+\n")
        for where in (self.mine, self.repository.root):  # With what is new in files of the lesson before.
            lines = int(self.repository.lesson("list", cwd=where)[1].split("\n02")[1].split()[4])
            added = [line for line in support.git(self.repository.root, "diff", "lesson-01", "lesson-02", "--", "src")
                     .split("\n") if line.startswith("+") and not line.startswith("+++") and line != "+"]
            self.assertEqual(lines, len(added))
        self.assertIn("you are at lesson 01", output)
        support.git(self.mine, "tag", "-d", "lesson-02")
        output = self.here("list")[1]
        self.assertRegex(output, r"01 +add +Addition +2 .*\n02 +mul +Multiplication +- +- +-\n")
        self.assertIn("no tag in this clone", output)

    def test_hints_come_one_by_one(self):
        for wanted in ("hint 1 of 3\n\nHint 1 of 1.1.", "hint 2 of 3", "hint 3 of 3",
                       "git diff lesson-01-start lesson-01"):
            self.assertIn(wanted, self.here("hint")[1])
        self.assertIn("Hint 1 of 1.2.", self.here("hint", "1.2")[1])
        self.assertIn("git diff lesson-01-start lesson-01 -- src/toy/add.cc", self.here("hint", "1.1")[1])
        self.assertIn("its tasks are 1.1, 1.2", self.here("hint", "1.7")[1])
        for word in ("bogus", "1", "1.", "x.1"):
            status, output = self.here("hint", word)
            self.assertEqual((status, output.count("\n")), (1, 2), output)
        self.assertIn("this is main, not the tree of a lesson\n", self.repository.lesson("hint")[1])
        self.assertEqual(support.git(self.mine, "status", "--porcelain"), "")

    def test_show_prints_the_text_and_gives_nothing_away(self):
        output = self.here("show")[1]
        self.assertIn("# Addition", output)
        self.assertIn("Change `src/toy/add.cc`.\n\n[3 hints: ./lesson hint 1.2]\n\n[Answer: ./lesson show 01 --all]",
                      output)
        self.assertNotIn("Hint 1 of", output)
        self.assertNotIn("Because.", output)
        self.assertIn("Hint 1 of 1.2", self.here("show", "--hints")[1])
        self.assertIn("Because.", self.here("show", "1", "--all")[1])
        self.assertIn("not in this tree\n  remedy: ./lesson start 02, or ", self.here("show", "2")[1])
        (self.mine / "lessons/CURRENT").write_text("junk\n")
        self.assertIn("should begin with the number of this tree's lesson", self.here("show")[1])

    def test_a_damaged_state_is_as_good_as_none(self):
        self.assertIn("hint 1 of 3", self.here("hint")[1])
        path, = self.repository.root.glob(".git/worktrees/*/strata-lesson.json")
        for damaged in (path.read_text()[:7], "[]", ""):
            path.write_text(damaged)
            self.assertIn("hint 1 of 3", self.here("hint")[1])
            self.assertIn("hint 2 of 3", self.here("hint")[1])
        self.assertEqual([found.name for found in path.parent.glob("strata-lesson*")], ["strata-lesson.json"])

    def test_next_lays_the_scaffold_on_the_learner_s_code(self):
        self.solve()
        self.assertIn("not committed", self.here("next")[1])
        support.git(self.mine, "commit", "-qam", "done")
        status, output = self.here("next")
        self.assertEqual(status, 0, output)
        self.assertTrue((self.mine / "src/toy/mul.cc").exists())
        self.assertIn("// Mine.", (self.mine / "src/toy/add.cc").read_text())
        self.assertIn('YoursToWrite("2.2"', (self.mine / "src/toy/mul.cc").read_text())
        self.assertEqual((self.mine / "lessons/CURRENT").read_text(), "02\n")

    def test_next_names_the_files_in_conflict_and_the_way_back(self):
        self.solve()
        path = self.mine / "src/toy/add.cc"
        path.write_text(path.read_text().replace("int Kept(int a) { return a; }", "int Kept(int b) { return b; }"))
        support.git(self.mine, "commit", "-qam", "done")
        status, output = self.here("next")
        self.assertEqual(status, 1)
        self.assertIn("src/toy/add.cc", output)
        self.assertIn("git reset --hard", output)
        self.assertIn("<<<<<<<", path.read_text())
        support.git(self.mine, "reset", "--hard")
        self.assertEqual(support.git(self.mine, "status", "--porcelain"), "")
        self.assertFalse((self.mine / "src/toy/mul.cc").exists())

    def test_next_waits_for_the_tasks(self):
        status, output = self.here("next")
        self.assertEqual(status, 1)
        self.assertIn("tasks 1.1, 1.2 are still to be written", output)
        self.answer("src/toy/add.cc", 'strata::lesson::YoursToWrite("1.1", "add the two")', "return a + b")
        support.git(self.mine, "commit", "-qam", "half")
        self.assertIn("task 1.2 is still to be written", self.here("next")[1])
        status, output = self.here("next", "--force")
        self.assertEqual((self.mine / "lessons/CURRENT").read_text(), "02\n")
        self.assertIn("git reset --hard", output)
        support.git(self.mine, "reset", "--hard")
        self.assertEqual((self.mine / "lessons/CURRENT").read_text(), "01\n")
        self.assertEqual(support.git(self.mine, "status", "--porcelain"), "")

    def test_what_a_failed_test_said_has_its_paths_from_the_top_of_the_tree(self):
        outcome = build.Outcome(build.Case("p", "n", ()), 1, f"{self.mine}/tests/a.cc:3: FAILED:\n../../src/b.cc\n", 0)
        self.assertEqual(learner._what_it_said(self.mine, outcome), ["tests/a.cc:3: FAILED:", "src/b.cc"])

    def test_nobody_need_read_on(self):
        for command in (["show", "1"], ["list"], ["hint"], ["check"]):
            nobody, end = os.pipe()
            os.close(nobody)
            done = subprocess.run([sys.executable, "lesson", *command], cwd=self.mine, stdout=end, stderr=subprocess.PIPE)
            os.close(end)
            self.assertEqual((done.returncode, done.stderr), (141, b""), command)

    def answer(self, path, old, new):
        text = (self.mine / path).read_text()
        self.assertIn(old, text)
        (self.mine / path).write_text(text.replace(old, new))

    @unittest.skipUnless(HAS_BUILD, "needs cmake and ninja")
    def test_check_leads_from_task_to_task(self):
        status, output = self.here("check")
        self.assertEqual(status, 1)
        self.assertIn("building lesson 01 (./dev build test; the first time takes minutes) ...\n", output)
        self.assertIn("...\nlesson 01: 0 of 2 tests pass", output)
        self.assertIn("task 1.1  add the two       yours to write (1 test)", output)
        self.assertIn("next: task 1.1, add the two\n  in src/toy/add.cc", output)
        self.answer("src/toy/add.cc", 'strata::lesson::YoursToWrite("1.1", "add the two")', "return a - b")
        status, output = self.here("check")
        self.assertIn("task 1.1  add the two       0 of 1 test green", output)
        self.assertIn("| CHECK( Add(2, 3) == 5 )", output)
        self.answer("src/toy/add.cc", "a - b", "a + b")
        output = self.here("check")[1]
        self.assertIn("task 1.1  add the two       1 of 1 test green", output)
        self.assertIn("next: task 1.2, add it to itself", output)
        self.assertIn("Hint 1 of 1.2.", self.here("hint")[1])
        self.solve()
        status, output = self.here("check")
        self.assertEqual((status, "Lesson 01 is done" in output), (0, True), output)
        (self.mine / "src/toy/add.cc").write_text("int")
        output = self.here("check")[1]
        self.assertIn("It does not compile yet:\n\nsrc/toy/add.cc:1:", output)
        self.assertNotIn("FAILED", output)

    @unittest.skipUnless(HAS_BUILD, "needs cmake and ninja")
    def test_check_runs_what_the_gates_run_and_names_what_breaks_of_earlier_lessons(self):
        self.assertEqual(self.repository.lesson("start", "2")[0], 0)
        self.mine = self.repository.top / "strata-lesson-02"
        self.answer("tests/toy/mul_test.cc", 'CASE("zero', 'CASE("for ever", "slow,mul") { while (true); }\n'
                    'CASE("a bug in the answer", "planted,mul") { CHECK(false); }\nCASE("zero')
        self.solve("src/toy/mul.cc", "lesson-02")
        self.answer("src/toy/add.cc", "Add(a, a)", "Add(a, 0)")
        status, output = self.here("check")
        self.assertEqual(status, 1)
        self.assertIn('earlier lessons: 1 of 2 tests pass\n  "twice four is eight": failed', output)
        self.assertIn("those of earlier lessons: toy \n", output)
        self.assertIn("lesson 02: 3 of 3 tests pass (1 of them passed before you began, and count for no task)", output)
        self.assertIn("one of an earlier lesson fails", output)
        self.answer("src/toy/add.cc", "Add(a, 0)", "Add(a, a)")
        self.assertIn("Lesson 02 is done", self.here("check")[1])

    @unittest.skipUnless(HAS_BUILD, "needs cmake and ninja")
    def test_an_answer_that_never_ends_is_said_to_and_can_be_interrupted(self):
        self.assertEqual(self.repository.lesson("start", "2")[0], 0)
        self.mine = self.repository.top / "strata-lesson-02"
        self.solve("src/toy/mul.cc", "lesson-02")
        self.answer("src/toy/mul.cc", "return Mul(a, a);", "for (volatile int i = 0; i < 1;) {}\n  return Mul(a, a);")
        self.assertEqual(self.here("check")[0], 1)
        output = self.here("check")[1]
        self.assertIn("earlier lessons: not run, as long as a test of this one hangs", output)
        self.assertIn('"the square of five is 25": still running after 10 s', output)
        scratch = self.repository.top / "tmp"
        scratch.mkdir()
        for number in (signal.SIGINT, signal.SIGTERM):
            check = subprocess.Popen([sys.executable, "lesson", "check"], cwd=self.mine, stdout=subprocess.PIPE,
                                     env={**os.environ, "TMPDIR": str(scratch)}, text=True)
            line = ""
            while "running the tests" not in line:
                line = check.stdout.readline()
            while not list(scratch.iterdir()):
                time.sleep(0.01)
            time.sleep(0.5)  # The two that pass are through.
            check.send_signal(number)
            self.assertEqual(check.wait(60), 128 + number)
            check.stdout.close()
            self.assertEqual(list(scratch.iterdir()), [])
            self.assertEqual(subprocess.run(["pgrep", "-f", str(self.mine / "build")], capture_output=True).stdout, b"")

    @unittest.skipUnless(HAS_BUILD, "needs cmake and ninja")
    def test_a_warning_is_shown_and_stops_nobody(self):
        self.answer("CMakeLists.txt", " -Werror", "")
        self.solve()
        self.answer("src/toy/add.cc", "// Mine.", "static int unused;")
        status, output = self.here("check")
        self.assertEqual(status, 0, output)
        self.assertIn("The compiler warns:", output)


@unittest.skipUnless(HAS_BUILD, "needs cmake and ninja")
class Verifying(unittest.TestCase):
    def test_the_ledger_spares_what_has_passed(self):
        files = support.toy_files()
        # Enough code that the toy's past is a small share of it.
        files["src/base/long.cc"] = "".join(f"int x{i};\n" for i in range(400))
        with support.Repository(files) as repository:
            status, output = repository.lesson("verify", "--ledger-update")
            self.assertEqual(status, 0, output)
            self.assertEqual(output.count("  ok  "), 14, output)
            ledger = repository.root / "lessons" / "verified.json"
            self.assertEqual(sorted(json.loads(ledger.read_text())), ["add", "mul"])
            self.assertIn("verifying lessons none", repository.lesson("verify", "--gate", "5")[1])
            self.assertIn("lessons 01 02 (0 changed, 0 cut before, 2 drawn",
                          repository.lesson("verify", "--ledger", "--gate", "5")[1])
            path = repository.root / "src/toy/mul.cc"
            path.write_text(path.read_text().replace("return Mul(a, a);", "return a;"))
            status, output = repository.lesson("verify", "--gate", "1")
            self.assertEqual((status, "remedy: ./lesson record" in output), (1, True), output)
            self.assertIn("1 line changed", repository.lesson("record")[1])
            status, output = repository.lesson("verify", "--gate", "1")
            self.assertEqual(status, 1)
            self.assertIn("verifying lessons 02", output)
            self.assertIn("the square of five is 25", output)
            self.assertIn("again:  ./lesson verify 02 --gate 1", output)


class Comparing(unittest.TestCase):
    REPORT = {"benchmarks": [
        {"name": "BM/1", "real_time": 2.0, "time_unit": "us", "iterations": 5, "blocks": 3.0},
        {"name": "BM/2", "error_occurred": True, "error_message": "<counter>"}]}

    def test_ratio_and_report(self):
        mine = compare.measurements(self.REPORT)
        self.assertEqual(mine["BM/1"], {"ns": 2000.0, "blocks": 3.0})
        rows = compare.side_by_side(mine, {"BM/1": {"ns": 1000.0}})
        self.assertEqual(rows[0], ("BM/1", "ns", 1000.0, 2000.0, 2.0))
        self.assertEqual(rows[1][2:], (None, 3.0, None))
        self.assertEqual(compare.table(rows)[1], ("BM/1", "ns", "1,000", "2,000", "2.00x"))
        page = compare.report("Lesson 07", {"bloom_bench": rows})
        self.assertIn("&lt;counter&gt;", page)
        self.assertNotIn("http", page)

    def test_what_follows_dashes_is_for_the_benchmark(self):
        for own in (["bench"], ["bench", "--all"], ["bench", "7"]):
            self.assertEqual(cli.split_at_dashes([*own, "--", "--benchmark_filter=a", "--"]),
                             (own, ["--benchmark_filter=a", "--"]))
            self.assertEqual(cli.split_at_dashes(own), (own, []))
        self.assertEqual(cli.split_at_dashes(["check", "--"]), (["check", "--"], []))

    @unittest.skipUnless(HAS_BUILD, "needs cmake and ninja")
    def test_where_the_lesson_before_cannot_run_a_benchmark_the_store_is_compared(self):
        files = support.toy_files()
        row = '#include <stdio.h>\n%s\nint main() { puts("{\\"benchmarks\\": [{\\"name\\": \\"%s\\", \\"real_time\\": 2}]}"); }\n'
        files["lessons/lessons.toml"] = files["lessons/lessons.toml"].replace('"bench/add_bench.cc"', '"bench/map_bench.cc"')
        del files["bench/add_bench.cc"]
        files["bench/map_bench.cc"] = row % ("", "BM_Store")
        files["bench/mul_bench.cc"] = row % ('#include "toy/mul.h"', "BM_Mul")
        with support.Repository(files) as repository:
            repository.lesson("tags")
            repository.lesson("start", "2")
            mine = repository.top / "strata-lesson-02"
            status, output = repository.lesson("bench", cwd=mine)
            self.assertEqual(status, 0, output)
            self.assertRegex(output, r"benchmark +metric +yours\nBM_Mul +ns +2\n")
            self.assertIn("lesson 01 can't build mul_bench: it measures what this lesson brings.", output)
            self.assertRegex(output, r"benchmark +metric +before +yours +ratio\nBM_Store +ns +2 +2 +1.00x\n")
            status, output = repository.lesson("bench", "1", cwd=mine)
            self.assertIn("There is no lesson before this one", output)

    def test_a_lesson_without_a_benchmark_says_so(self):
        with support.Repository() as repository:
            (repository.root / "bench/mul_bench.cc").unlink()
            with self.assertRaisesRegex(LessonError, "no benchmark"):
                compare.bench(repository.root, 2)


if __name__ == "__main__":
    unittest.main()
