"""Each gate passes on the toy series, and fails on an input that is bad on purpose."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import support
from lesson import gates
from lesson.build import Case, Outcome
from lesson.manifest import Green, Lesson
from lesson.slicer import File
from lesson.workshop import Workshop, held


@unittest.skipUnless(shutil.which("cmake") and shutil.which("ninja"), "needs cmake and ninja")
class Building(unittest.TestCase):
    """One scratch folder for all cases: the builds are incremental, as in real use."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = Path(tempfile.mkdtemp(prefix="strata-lesson-test-"))
        cls.files = support.toy_files()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch)

    def workshop(self, changes=()):
        files = support.changed(self.files, changes)
        return Workshop(self.scratch, support.tree_of(files), self.scratch, 2)

    def passes(self, gate, number):
        workshop = self.workshop()
        return gate(workshop, workshop.tree.manifest.lesson(number))

    def fails(self, gate, number, words, *changes):
        workshop = self.workshop(changes)
        with self.assertRaises(gates.GateFailed) as caught:
            gate(workshop, workshop.tree.manifest.lesson(number))
        for word in words:
            self.assertIn(word, caught.exception.reason + caught.exception.command)

    def test_gate_1(self):
        self.assertIn("2 tests pass", self.passes(gates.gate1, 1))
        self.assertIn("5 tests pass", self.passes(gates.gate1, 2))
        mul, test = "src/toy/mul.cc", "tests/toy/mul_test.cc"
        self.fails(gates.gate1, 2, ["does not build", "error", "ninja"], (mul, "int sum", "int sun"))
        self.fails(gates.gate1, 2, ["does not build", "unused"], (mul, "int sum = 0;", "int sum = 0, x;"))
        self.fails(gates.gate1, 2, ["1 tests fail", "two times three", "--exact"], (test, "== 6", "== 7"))
        self.fails(gates.gate1, 2, ["twice four"], ("tests/toy/add_test.cc", "== 8", "== 9"))
        self.fails(gates.gate1, 2, ["no test case carries the tag [mul]"],
                   (test, '"mul,mul.1"', '"add"'), (test, '"mul"', '"add"'))
        self.fails(gates.gate1, 1, ["later lesson"], ("tests/toy/add_test.cc", 'eight", "add"', 'eight", "mul"'))

    def test_gate_2(self):
        self.assertIn("2 older tests pass; 2 of 3 fail as they should; 2 tasks", self.passes(gates.gate2, 2))
        self.passes(gates.gate2, 1)
        mul, test = "src/toy/mul.cc", "tests/toy/mul_test.cc"
        self.fails(gates.gate2, 2, ["starter does not build", "Step"], (mul, " uses(Step)", ""))
        self.fails(gates.gate2, 2, ["passes in the starter"], (test, "Mul(2, 3) == 6", "true"))
        self.fails(gates.gate2, 2, ["signal 6"], (test, "CHECK(Mul(2, 3) == 6)", "if (Mul(2, 3) != 6) abort()"))
        self.fails(gates.gate2, 2, ["no failing test hits task 2.1", "[mul.1]"], (test, ",mul.1", ""))
        self.fails(gates.gate2, 2, ["an older test fails", "task 2.3 is yours"],
                   ("src/toy/add.cc", "int Kept(int a) { return a + 0; }",
                    'int Kept(int a) {\n{2.3 "x"\n2   return a;\n}2.3\n2 }'),
                   ("tests/toy/add_test.cc", "CHECK(Add(2, 3) == 5)", "CHECK(Kept(1) == 1)"))

    def test_gate_3(self):
        self.assertIn("3 mutants are killed", self.passes(gates.gate3, 1))
        name = "lessons/02-mul/mutants/sum.patch"
        self.passes(gates.gate3, 2)
        mutant = "+static int Step(int sum, int a) { return sum - a; }"
        self.fails(gates.gate3, 2, ["1 mutants survive", "sum.patch: sum"],
                   (name, mutant, "+static int Step(int sum, int a) { return a + sum; }"))
        self.fails(gates.gate3, 2, ["sum.patch", "does not compile"],
                   (name, mutant, "+static int Step("))
        self.fails(gates.gate3, 2, ["does not apply"], (name, "-static int Step", "-static long Step"))
        self.fails(gates.gate3, 2, ["does not say which mistake"], (name, "# mistake: sum\n", ""))
        files = dict(self.files)
        del files[name]
        workshop = Workshop(self.scratch, support.tree_of(files), self.scratch, 2)
        with self.assertRaisesRegex(gates.GateFailed, "2 mutants; a lesson has 3 to 12"):
            gates.gate3(workshop, workshop.tree.manifest.lesson(2))

    def test_gate_6(self):
        self.passes(gates.gate1, 1)
        self.assertIn("2 tasks with hints", self.passes(gates.gate6, 1))
        self.passes(gates.gate1, 2)
        self.assertIn("3 commands", self.passes(gates.gate6, 2))
        text = "lessons/02-mul/README.md"
        self.fails(gates.gate6, 2, ["prints something else", "and 6"], (text, "and 6", "and 7"))
        self.fails(gates.gate6, 2, ["2 and 3 make 5"], (text, "2 and 3 make 5", "2 and 3 make 6"))

    def test_gate_7(self):
        self.assertIn("1 programs, 1 measurements", self.passes(gates.gate7, 2))
        bench = "bench/mul_bench.cc"
        self.fails(gates.gate7, 2, ["mul_bench: status 0", "ERROR OCCURRED"],
                   (bench, "BM_Mul   2.5 ns", "BM_Mul ERROR OCCURRED: 'blocks'"))
        self.fails(gates.gate7, 2, ["mul_bench: status 3"], (bench, "; }", "; return 3; }"))
        self.fails(gates.gate7, 2, ["no benchmark"], ("lessons/lessons.toml", ', "bench/mul_bench.cc"]', "]"))


class Texts(unittest.TestCase):
    def test_all_are_read_at_once_without_building(self):
        with support.Repository() as repository:
            status, output = repository.lesson("text")
            self.assertEqual((status, "are true" in output), (0, True), output)
            source = repository.root / "src/toy/add.cc"
            source.write_text(source.read_text().replace("a + b", "b + a"))
            self.assertEqual(repository.lesson("record")[0], 0)
            status, output = repository.lesson("text")
            self.assertEqual((status, "the block differs from src/toy/add.cc" in output), (1, True), output)
            self.assertFalse((repository.root / "build/lesson/tree").exists())
            self.assertIn("updated", repository.lesson("text", "--update")[1])
            self.assertEqual(repository.lesson("text")[0], 0)

    def test_two_never_build_in_one_folder(self):
        with tempfile.TemporaryDirectory() as folder, held(Path(folder)):
            code = "import sys; from pathlib import Path; from lesson.workshop import held\n" \
                   "with held(Path(sys.argv[1])): print('in', flush=True)"
            other = subprocess.Popen([sys.executable, "-c", code, folder], text=True,
                                     stdout=subprocess.PIPE, cwd=support.TOOLS)
            self.assertIn("another ./lesson works in", other.stdout.readline())
            other.kill()
            self.assertEqual(other.communicate()[0], "")


class WholeSeries(unittest.TestCase):
    def test_gate_4(self):
        with support.Repository() as repository:
            def gate4(change=None, drop=None):
                files = {**repository.files, **({change[0]: change[2]} if change and not change[1] else {})}
                tree = support.tree_of(support.changed(files, [change] if change and change[1] else []))
                workshop = Workshop(repository.root, tree, repository.top / "scratch", 1)
                if drop:
                    drop(workshop)
                return gates.gate4(workshop, gates.tag_command(repository.root, worktree=True))
            self.assertIn("4 tags have the same hash", gate4())
            with self.assertRaisesRegex(gates.GateFailed, "no lesson owns.*\n.*src/toy/lost.cc"):
                gate4(("src/toy/lost.cc", "", "int x;\n"))
            with self.assertRaisesRegex(gates.GateFailed, "match no file:\n.*gone.cc"):
                gate4(("lessons/lessons.toml", '"src/toy/mul.*"', '"src/toy/mul.*", "src/gone.cc"'))

            with self.assertRaisesRegex(gates.GateFailed, "lesson 02, src/toy/mul.cc: STRATA_MUTANT.one_less"):
                gate4(("src/toy/mul.cc", "  int sum = 0;", "  int sum = STRATA_MUTANT(one_less) ? -1 : 0;"))

            def lose(workshop):
                last = workshop.slice(2)
                last["src/toy/add.cc"] = last["src/toy/add.h"]
            with self.assertRaisesRegex(gates.GateFailed, "add.cc: the last slice is not main"):
                gate4(drop=lose)

            def wander(workshop):
                (repository.root / "lesson").write_text("import random\nprint(random.random())\n")
            with self.assertRaisesRegex(gates.GateFailed, "different hashes"):
                gate4(drop=wander)

    def test_gate_5(self):
        files = support.toy_files()

        def gate5(long=""):
            woven = support.woven_of(f"1 int x;\n{long}", "src/base/long.cc")
            tree = support.tree_of({**files, **support.two_files(woven, support.SLUGS)})
            with tempfile.TemporaryDirectory() as scratch:
                return gates.gate5(Workshop(scratch, tree, scratch, 1))
        rows, problems, said = gate5()
        self.assertEqual([row[2:4] for row in rows[1:]], [("43", "1"), ("18", "0")])
        self.assertEqual(problems, [])
        self.assertIn("1 lines of the past beside", said)
        long = "\n".join(f"1 int x{i};" for i in range(3000))
        self.assertEqual(gate5(long)[1], ["lesson 01 adds 3043 lines (over 450) without a size_reason"])
        self.assertIn("81 lines of the past beside", gate5("\n".join(["1-1 old;"] * 80))[1][0])
        files["lessons/lessons.toml"] = files["lessons/lessons.toml"].replace(
            'slug = "add"', 'slug = "add"\nsize_reason = "it is the first"')
        self.assertEqual(gate5(long)[1], [])


class Judging(unittest.TestCase):
    LESSON = Lesson(7, "s", "t", "p", green_in_starter=[Green("green", "why")])
    FILES = {"tests/a/x_test.cc": File(b'TEST_CASE("one \\"a\\" "\n  "b", "[s]") {}\nTEST_CASE("two", "") {}')}

    def judge(self, status, output="", name="x", tags=("s",), lesson=LESSON):
        problems, hit, _ = gates.judge_starter(lesson, [
            Outcome(Case("p", name, tags), status, output, 0.1),
            Outcome(Case("p", "green", tags), 0, "", 0.1)], self.FILES)
        return [text for _, text in problems], hit

    def test_clean_failures(self):
        self.assertEqual(self.judge(1), ([], set()))
        self.assertEqual(self.judge(86, "task 7.2 is yours to write: x\n"), ([], {"7.2"}))
        self.assertEqual(self.judge(1, tags=("s", "s.1")), ([], {"7.1"}))

    def test_unclean_ones(self):
        self.assertIn("passes in the starter", self.judge(0)[0][0])
        self.assertIn("signal 11", self.judge(-11)[0][0])
        self.assertIn("still running", self.judge(None)[0][0])
        self.assertTrue(self.judge(1, "due to a fatal error condition: SIGABRT")[0])

    def test_a_listed_green_test_must_be_green(self):
        self.assertIn("not green", self.judge(1, name="green2", lesson=Lesson(
            7, "s", "t", "p", green_in_starter=[Green("green", "why"), Green("green2", "why")]))[0][0])

    def test_a_file_may_be_listed(self):
        lesson = Lesson(7, "s", "t", "p", green_in_starter=[Green("green", "why"),
                                                            Green("tests/a/*_test.cc", "given")])
        self.assertEqual(self.judge(0, name='one "a" b', lesson=lesson), ([], set()))
        self.assertEqual(self.judge(0, name="two", lesson=lesson), ([], set()))
        self.assertIn("passes in", self.judge(0, name="three", lesson=lesson)[0][0])
        self.assertIn("not green", self.judge(1, name="two", lesson=lesson)[0][0])

    def test_older_tests_may_stop_at_a_task_only_where_the_lesson_says_why(self):
        stopped = Outcome(Case("p", "old", ("t",)), 86, "task 7.2 is yours to write: x\n", 0.1)
        failed = Outcome(Case("p", "old 2", ("t",)), 1, "", 0.1)
        self.assertEqual(gates.unexpected(self.LESSON, [stopped, failed]), [stopped, failed])
        lesson = Lesson(7, "s", "t", "p", older_tests_stop="it rebuilds the way in")
        self.assertEqual(gates.unexpected(lesson, [stopped, failed]), [failed])


if __name__ == "__main__":
    unittest.main()
