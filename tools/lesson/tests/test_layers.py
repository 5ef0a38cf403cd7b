"""The format of layer files, and how places are named in them."""

import unittest

from support import woven_of
from lesson import layers, weave
from lesson.errors import LessonError

SLUGS = {1: "first", 2: "second", 3: "third", 4: "fourth"}
NUMBERS = {slug: number for number, slug in SLUGS.items()}
TEXT = """
1 int alpha_line;
3 int beta_line;
1-2 int old_line;
1
2 void Gamma() {
{2.1 "do (it) well" inert(x(a, (b));) uses(one, two)
2   gamma_body();
3   more_of_gamma();
}2.1
2 }
1
1 void Delta() {
1-2+   held_line();
1   delta_body();
1 }
"""


class Format(unittest.TestCase):
    def setUp(self):
        self.woven = woven_of(TEXT)
        self.main = weave.text_of([line.text for line in self.woven.main()])
        self.layer = layers.write(self.woven, SLUGS)

    def read(self, layer=None, main=None):
        return layers.read("src/a.cc", layer or self.layer, main or self.main, NUMBERS, 1)

    def refuses(self, words, old, new):
        self.assertIn(old, self.layer)
        with self.assertRaisesRegex(LessonError, words):
            self.read(self.layer.replace(old, new, 1))

    def test_what_is_written_is_read_back(self):
        again = self.read()
        for number in (1, 2, 3):
            for starter in (False, True):
                self.assertEqual(weave.render(again, number, starter),
                                 weave.render(self.woven, number, starter))
        self.assertEqual(layers.write(again, SLUGS), self.layer)

    def test_it_names_boundaries_and_the_past_only(self):
        self.assertEqual(self.layer.count("\n\n"), 8, self.layer)
        self.assertNotIn("gamma_body", self.layer)
        self.assertIn("| int old_line;\n", self.layer)
        self.assertIn('"do (it) well" inert(x(a, (b));) uses(one, two)\n', self.layer)
        self.assertIn("past first..second+ after ", self.layer)
        self.assertEqual(layers.write(layers.plain("src/a.cc", self.main, 1), SLUGS), "")

    def test_an_edit_inside_a_stretch_changes_nothing(self):
        edited = self.main.replace("delta_body();", "delta_body(7);\n  and_more();")
        again = self.read(main=edited)
        self.assertEqual(layers.write(again, SLUGS, self.layer.split()), self.layer)
        self.assertIn("and_more", weave.render(again, 1))

    def test_a_place_that_holds_keeps_its_name(self):
        # A brace is named by the line above; one that comes nearer doesn't change that.
        edited = self.main.replace("  more_of_gamma();\n}", "  more_of_gamma();\n}\nint nearer_line;")
        woven = self.read(main=edited)
        self.assertEqual(layers.write(woven, SLUGS, self.layer.split()), self.layer)

    def test_a_place_is_named_by_a_line_that_is_likely_to_stay_alone(self):
        places = layers.Places(["void Alpha() {", "  x();", "}"])
        self.assertEqual(places.name(2), f"{layers.line_hash('void Alpha() {')}+2~{layers.line_hash('}')[:2]}")
        self.assertEqual(places.find(places.name(2)), 2)
        self.assertEqual(layers.Places(["}", ""]).name(1), f"@2~{layers.line_hash('')[:2]}")

    def test_two_braces_that_two_people_add_do_not_shift_a_place(self):
        places = [layers.Places(["one_function() {", *["  }"] * extra, "}", "two_function() {", "}"]) for extra in (0, 2)]
        name = places[0].name(3)
        self.assertEqual(places[1].find(name), 5)

    def test_a_place_that_is_gone_or_doubled_is_told(self):
        with self.assertRaisesRegex(LessonError, r"src/a.cc.layer:\d+: no line of src/a.cc, or more than one"):
            self.read(main=self.main.replace("beta_line", "betas"))
        with self.assertRaisesRegex(LessonError, "remedy: ./lesson record"):
            self.read(main=self.main + "int beta_line;\n")

    def test_bad_files_are_refused(self):
        self.refuses("first line", "layers 1", "layers 2")
        self.refuses("not `of src/a.cc`", "of src/a.cc", "of src/b.cc")
        self.refuses("no lesson 'thord'", "third ", "thord ")
        head = [line for line in self.layer.split("\n") if line.startswith("past first..second after")][0]
        self.refuses("without a `past`", head, "")
        self.refuses("comes after", "first..second after", "second..first after")
        self.refuses("cannot read", "task second.1 from", "task second from")
        self.refuses("only|may follow", "inert(", "inner(")
        self.refuses("begins in what", "second from", "first from")
        task = [line for line in self.layer.split("\n") if line.startswith("task second.1 to")][0]
        self.refuses("task second.1 begins and never ends", task + "\n", "")
        self.refuses("ends and hasn't begun", task, task + "\n" + task)
        first = [line for line in self.layer.split("\n") if line.startswith("third ")][0]
        with self.assertRaisesRegex(LessonError, "before what stands above"):
            self.read(self.layer + "\n" + first + "\n")


class Rendering(unittest.TestCase):
    def at(self, text, lesson, starter=False, answered=()):
        return weave.render(woven_of(text), lesson, starter, answered)

    def test_each_lesson_has_its_lines(self):
        self.assertEqual(self.at(TEXT, 1), "int alpha_line;\nint old_line;\n\n\nvoid Delta() {\n  held_line();\n"
                         "  delta_body();\n}\n")
        self.assertIn("int beta_line;\n\nvoid Gamma", self.at(TEXT, 3))

    def test_the_next_starter_has_what_is_held_until_its_task_is_answered(self):
        text = '1-2+ old();\n{3.1 "t" inert()\n3 new();\n}3.1\n{3.2 "u" inert(x();)\n3 y();\n}3.2'
        self.assertEqual(self.at(text, 3, True), "old();\n// Task 3.1: t.\n// Task 3.2: u.\nx();\n")
        self.assertEqual(self.at(text, 3, True, {"3.1"}), "new();\n// Task 3.2: u.\nx();\n")
        self.assertEqual(self.at(text, 3, True, {"3.1", "3.2"}), self.at(text, 3))

    def test_a_stub_voids_the_parameters_and_includes_what_it_calls(self):
        start = self.at('1 #include "a.h"\n1\n1 #include "base/z.h"\n1\n1 int F(int x, Y* y) {\n{1.1 "do it"\n'
                        '1   return 1;\n}1.1\n1 }', 1, True)
        self.assertIn("  (void)x;\n  (void)y;\n", start)
        self.assertIn('#include "base/lesson.h"\n#include "base/z.h"', start)
        self.assertIn('  strata::lesson::YoursToWrite("1.1", "do it");\n}', start)


if __name__ == "__main__":
    unittest.main()
