"""./lesson record, blame, layer and task in a repository, as an author uses them."""

import unittest

import support


class Recording(unittest.TestCase):
    def setUp(self):
        self.repository = support.Repository()
        self.repository.__enter__()
        self.addCleanup(self.repository.__exit__)
        self.root = self.repository.root

    def lesson(self, *arguments, status=0):
        got, output = self.repository.lesson(*arguments)
        self.assertEqual(got, status, output)
        return output

    def edit(self, path, old, new):
        text = (self.root / path).read_text()
        self.assertIn(old, text)
        (self.root / path).write_text(text.replace(old, new))

    def at(self, lesson, path="src/toy/add.cc"):
        return self.lesson("show", f"{path}@{lesson}")

    def test_an_edit_of_a_boundary_must_be_recorded_and_one_command_does_it(self):
        self.assertEqual(self.lesson("record", "--check"), "the layers fit\n")
        self.edit("src/toy/add.cc", "return a + 0;", "return 0 + a;")
        said = self.lesson("record", "--check", status=1)
        self.assertIn("src/toy/add.cc", said)
        self.assertIn("remedy: ./lesson record", said)
        said = self.lesson("record", "--dry-run")
        self.assertIn("src/toy/add.cc:3: 1 line changed, from `mul` on", said)
        self.assertIn("`add` to `add` keep another form here: 'int Kept(int a) { return a; }'", said)
        self.lesson("record", "--check", status=1)
        self.lesson("record")
        self.assertEqual(self.lesson("record", "--check"), "the layers fit\n")
        self.assertIn("return 0 + a;", self.at("02"))
        self.assertIn("return a; }", self.at("add"))
        self.assertEqual(self.lesson("record"), "nothing to record\n")

    def test_a_lesson_keeps_the_past_of_those_before_it(self):
        self.edit("src/cli/main.cc", "2 and 3 make", "2 plus 3 is")
        said = self.lesson("record", "--as", "mul")
        self.assertIn("1 line of `add` past from `mul` on", said)
        # What was recorded and not committed is not taken for the next one's.
        self.edit("src/cli/main.cc", 'printf("and %d', 'printf("or %d')
        self.lesson("record")
        for lesson, words in (("01", "2 and 3 make"), ("02", "2 plus 3 is")):
            self.assertIn(words, self.at(lesson, "src/cli/main.cc"))
        support.git(self.root, "add", "-A")
        support.git(self.root, "commit", "-qm", "plus")
        self.assertEqual(self.lesson("record"), "nothing to record\n")
        self.edit("src/cli/main.cc", "2 plus 3 is", "2 + 3 is")
        self.lesson("record")
        self.assertIn("2 + 3 is", self.at("02", "src/cli/main.cc"))
        self.assertIn("2 and 3 make", self.at("01", "src/cli/main.cc"))

    def test_documents_and_tools_are_every_lessons_whatever_a_change_is_recorded_as(self):
        self.edit("lessons/lessons.toml", 'title = "Addition"', 'title = "Adding"')
        self.edit("src/cli/main.cc", "2 and 3 make", "2 plus 3 is")
        self.lesson("record", "--as", "mul")
        self.assertEqual(sorted(path.name for path in (self.root / "lessons/layers").rglob("*.layer")
                                if path.name in ("main.cc.layer", "lessons.toml.layer")), ["main.cc.layer"])
        self.assertIn("2 and 3 make", self.at("01", "src/cli/main.cc"))
        self.assertEqual(self.lesson("record", "--check"), "the layers fit\n")

    def test_a_file_that_no_lesson_shared_gets_a_layer_file_and_may_lose_it(self):
        layer = self.root / "lessons/layers/src/toy/add.h.layer"
        self.edit("src/toy/add.h", "int Old();", "int Old();\nint Newer();")
        self.lesson("record", "--as", "02", "src/toy/add.h")
        self.assertTrue(layer.exists())
        self.assertNotIn("Newer", self.at("01", "src/toy/add.h"))
        self.assertIn("Newer", self.at("02", "src/toy/add.h"))
        self.edit("src/toy/add.h", "int Newer();\n", "")
        self.lesson("record")
        self.assertFalse(layer.exists())

    def test_a_file_that_moves_takes_its_layers_along(self):
        (self.root / "src/toy/add.cc").rename(self.root / "src/toy/add_all.cc")
        self.edit("lessons/lessons.toml", '"src/toy/add.*"', '"src/toy/add*"')
        self.lesson("record")
        self.assertFalse((self.root / "lessons/layers/src/toy/add.cc.layer").exists())
        self.assertIn("return a; }", self.at("01", "src/toy/add_all.cc"))
        self.assertIn("YoursToWrite", self.lesson("show", "--start", "src/toy/add_all.cc@01"))

    def test_blame_shows_whose_each_line_is(self):
        lines = self.lesson("blame", "src/toy/add.cc").splitlines()
        self.assertRegex(lines[0], r'^01 add +#include "toy/add.h"$')
        self.assertRegex(lines[2], r"^01\.\.01 +- int Kept\(int a\) { return a; }$")
        self.assertRegex(lines[3], r"^02 mul +int Kept")
        self.assertIn("-- task 1.1 begins --", "\n".join(lines))
        self.assertIn("isn't there", self.lesson("blame", "src/none.cc", status=1))

    def test_lines_and_tasks_can_be_said_by_hand(self):
        self.lesson("layer", "src/toy/add.h", "4..5", "mul")
        self.assertEqual(self.at("01", "src/toy/add.h"), "#pragma once\n\nint Add(int a, int b);\nint Kept(int a);\n")
        self.lesson("layer", "src/toy/add.h", "4..5", "add")
        self.assertFalse((self.root / "lessons/layers/src/toy/add.h.layer").exists())
        self.lesson("task", "mul.3", "src/toy/mul.cc", "3", "make a step", "--inert", "int Step(int, int);")
        self.assertIn("// Task 2.3: make a step.", self.lesson("show", "--start", "src/toy/mul.cc@mul"))
        self.assertIn("is there already", self.lesson("task", "mul.3", "src/toy/mul.cc", "3", "x", status=1))
        self.assertIn("given now", self.lesson("task", "mul.3", "--drop"))
        self.assertNotIn("Task 2.3", self.lesson("show", "--start", "src/toy/mul.cc@mul"))
        for bad in (("layer", "src/toy/add.h", "9..99", "mul"), ("layer", "src/toy/mul.cc", "1", "add"),
                    ("layer", "src/toy/add.h", "1", "no-lesson"), ("task", "mul.3", "src/toy/mul.cc"),
                    ("task", "mul", "src/toy/mul.cc", "1", "t"), ("task", "mul.7", "--drop"),
                    ("record", "src/toy/add.h"), ("show", "nonsense"), ("show", "src/none.cc@01")):
            self.assertIn("lesson: ", self.lesson(*bad, status=1), bad)

    def test_a_change_comes_after_the_file_or_is_refused(self):
        self.edit("src/toy/mul.h", "The product", "A product")
        self.assertIn("comes with lesson 'mul', after 'add'", self.lesson("record", "--as", "add", status=1))

    def test_a_branch_that_edits_elsewhere_merges(self):
        support.git(self.root, "checkout", "-qb", "other")
        self.edit("src/toy/add.cc", "return Add(a, a);", "return Add(a, a) + 0;")
        self.lesson("record")
        support.git(self.root, "commit", "-qam", "other")
        support.git(self.root, "checkout", "-q", "main")
        self.edit("src/toy/add.cc", "return a + 0;", "return 0 + a;")
        self.lesson("record")
        support.git(self.root, "commit", "-qam", "mine")
        support.git(self.root, "merge", "-q", "-m", "both", "other")
        self.assertEqual(self.lesson("record", "--check"), "the layers fit\n")
        self.assertIn("return 0 + a;", self.at("02"))
        self.assertIn("Add(a, a) + 0;", self.at("02"))
        self.assertIn("return a; }", self.at("01"))


if __name__ == "__main__":
    unittest.main()
