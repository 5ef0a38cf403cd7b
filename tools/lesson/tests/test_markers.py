import unittest

import support  # noqa: F401
from lesson import markers
from lesson.errors import LessonError


def at(text, lesson, starter=False, path="src/a.cc", base=1, answered=()):
    return markers.render(markers.parse(path, text, base, 13), lesson, starter, answered)


class Rendering(unittest.TestCase):
    def test_a_trailing_marker_begins_with_its_lesson(self):
        text = "a\nb  //@L07\nc\n"
        self.assertEqual(at(text, 6), "a\nc\n")
        self.assertEqual(at(text, 7), "a\nb\nc\n")

    def test_regions_nest(self):
        text = "//@L02{\na\n//@L05{\nb\n//@}\nc  //@L03\n//@}\nd\n"
        self.assertEqual([at(text, n) for n in (1, 2, 3, 5)],
                         ["d\n", "a\nd\n", "a\nc\nd\n", "a\nb\nc\nd\n"])

    def test_superseded_code_lives_in_its_range_only(self):
        text = "  //@L05..11{\n  //| old();\n  //|   deeper();\n  //|\n  //@}\n  x();\n"
        self.assertEqual(at(text, 4), "  x();\n")
        self.assertEqual(at(text, 5), "  old();\n    deeper();\n\n  x();\n")
        self.assertEqual(at(text, 12), "  x();\n")
        self.assertEqual(at(text, 12, starter=True), "  x();\n")

    def test_a_plus_keeps_it_in_the_next_starter(self):
        text = "//@L05..11+{\n//| old\n//@}\n"
        self.assertEqual(at(text, 12, starter=True), "old\n")
        self.assertEqual(at(text, 12), "")
        self.assertEqual(at(text, 13, starter=True), "")

    def test_an_answered_task_is_there_and_what_stood_in_for_it_is_not(self):
        text = ("//@L05..11+{\n//| old\n//@}\n//@L12{\n//@solve 12.1 \"t\" inert()\nnew\n//@}\n"
                "//@solve 12.2 \"u\" inert(x();)\ny\n//@}\n//@}\n")
        self.assertEqual(at(text, 12, starter=True), "old\n// Task 12.1: t.\n// Task 12.2: u.\nx();\n")
        self.assertEqual(at(text, 12, starter=True, answered={"12.1"}), "new\n// Task 12.2: u.\nx();\n")
        self.assertEqual(at(text, 12, starter=True, answered={"12.2"}), "old\n// Task 12.1: t.\ny\n")
        self.assertEqual(at(text, 12, starter=True, answered={"12.1", "12.2"}), at(text, 12))

    def test_a_single_superseded_line(self):
        text = "//| old;  //@L02..03\nx\n"
        self.assertEqual([at(text, n) for n in (1, 2, 4)], ["x\n", "old;\nx\n", "x\n"])

    def test_markers_work_inside_superseded_code(self):
        text = ("//@L02..04{\n//| a  //@L03\n//| int F(int x) {\n//|   //@solve 2.1 \"t\"\n"
                "//|   return x;\n//|   //@}\n//| }\n//@}\n")
        self.assertEqual(at(text, 2), "int F(int x) {\n  return x;\n}\n")
        self.assertEqual(at(text, 3), "a\nint F(int x) {\n  return x;\n}\n")
        self.assertIn('YoursToWrite("2.1", "t")', at(text, 2, starter=True))

    def test_blank_lines_left_over_by_a_cut_go(self):
        text = "class X {\n  int a;\n\n  //@L03{\n  int b;\n  //@}\n};\n\n//@L04{\nF();\n//@}\n\nG();\n"
        self.assertEqual(at(text, 2), "class X {\n  int a;\n};\n\nG();\n")
        self.assertEqual(at(text, 4), "class X {\n  int a;\n\n  int b;\n};\n\nF();\n\nG();\n")

    def test_blank_lines_elsewhere_stay(self):
        self.assertEqual(at("a\n\n\nb {\n\n}\nc  //@L02\n", 1), "a\n\n\nb {\n\n}\n")

    def test_hash_files_and_markdown(self):
        self.assertEqual(at("a\nb  #@L02\n#@L03{\nc\n#@}\n#| d  #@L02..02\n", 2, path="x.cmake"),
                         "a\nb\nd\n")
        text = "a <!--@L02-->\n<!--@L03{-->\nb\n<!--@}-->\n<!--| c --> <!--@L01..02-->\n"
        self.assertEqual(at(text, 2, path="x.md", base=0), "a\nc\n")
        self.assertEqual(at(text, 3, path="x.md", base=0), "a\nb\n")

    def test_a_file_without_a_last_newline_keeps_its_form(self):
        self.assertEqual(at("a  //@L02\nb", 1), "b")

    def test_text_without_markers_is_untouched(self):
        text = "\n\n{\n\n}\n// @param a\n# @x\n\n"
        self.assertEqual(at(text, 1), text)


class Starters(unittest.TestCase):
    TEXT = ('#include "a.h"\n\n#include <vector>\n\n#include "z.h"\n\n'
            "Result<int> A::F(std::string_view key, const std::map<int, int>& m,\n"
            "                 int /*unused*/, bool) const {\n"
            '  //@solve 1.2 "do it" uses(helper)\n  return 1;\n  //@}\n}\n')

    def test_the_stub_names_the_task_and_uses_the_parameters(self):
        self.assertEqual(at(self.TEXT, 1, starter=True), (
            '#include "a.h"\n\n#include <vector>\n\n#include "base/lesson.h"\n#include "z.h"\n\n'
            "Result<int> A::F(std::string_view key, const std::map<int, int>& m,\n"
            "                 int /*unused*/, bool) const {\n  // Task 1.2: do it.\n"
            "  (void)key;\n  (void)m;\n  (void)helper;\n"
            '  strata::lesson::YoursToWrite("1.2", "do it");\n}\n'))

    def test_other_lessons_starters_have_the_answer(self):
        self.assertIn("return 1;", at(self.TEXT, 2, starter=True))
        self.assertNotIn("@", at(self.TEXT, 1))

    def test_inert_stands_in_for_the_call(self):
        text = 'void F(int a, int b) {\n  //@solve 1.1 "t" inert(G(a); return;)\n  H(b);\n  //@}\n}\n'
        self.assertEqual(at(text, 1, starter=True),
                         "void F(int a, int b) {\n  // Task 1.1: t.\n  (void)b;\n  G(a); return;\n}\n")

    def test_the_include_does_not_land_inside_an_if(self):
        text = '#pragma once\n#if X\n#include "x.h"\n#endif\nint F() {\n//@solve 1.1 "t"\nx\n//@}\n}\n'
        lines = at(text, 1, starter=True).split("\n")
        self.assertEqual(lines[:4], ["#pragma once", "", '#include "base/lesson.h"', ""])

    def test_parameter_names(self):
        for signature, names in (
                ("int F()", []), ("int F(int, Foo&)", []), ("X::X(int a, Y&& b) : a_(a), b_(b)", ["a", "b"]),
                ("auto f = [&](const E& e) -> Status", ["e"]), ("if (a b)", []), ("namespace x", []),
                ("std::function<int(int)> G(std::function<void(int, int)> done, int n = F(1, 2))",
                 ["done", "n"]), ("void F(const Foo)", []), ("void F(std::string_view)", []),
                ("void F(int values[])", ["values"])):
            self.assertEqual(markers.parameter_names(signature), names, signature)


class Malformed(unittest.TestCase):
    def fails(self, text, line, problem, path="src/a.cc"):
        with self.assertRaises(LessonError) as caught:
            markers.parse(path, text, 4, 13)
        self.assertTrue(str(caught.exception).startswith(f"{path}:{line}: "), caught.exception)
        self.assertIn(problem, str(caught.exception))
        self.assertIn("remedy:", str(caught.exception))

    def test_each_kind(self):
        for text, line, problem in (
                ("x\n//@L07{\ny\n", 2, "never closed"),
                ("//@}\n", 1, "closes nothing"),
                ("//@L07\n", 1, "without code"),
                ("x //@L7\n", 1, "unknown marker"),
                ("x // @L07\n", 1, "space"),
                ("x //@Lx\n", 1, "unknown marker"),
                ("x //@L05..07\n", 1, "range on live code"),
                ("//| x\n", 1, "outside a superseded region"),
                ("//| x  //@L07\n", 1, "without an end"),
                ("//@L05..07{\nx\n//@}\n", 2, "live code"),
                ("//@L05..07{\n//@}\n", 1, "empty superseded"),
                ("//@L07{\n//@}\n", 1, "empty region"),
                ("//@L08..07{\n//| x\n//@}\n", 1, "range is empty"),
                ("//@L05..13{\n//| x\n//@}\n", 1, "reaches the last lesson"),
                ("x //@L14\n", 1, "13 lessons"),
                ("x //@L04\n", 1, "that lesson 04 brings"),
                ("x //@L03\n", 1, "that lesson 04 brings"),
                ("//@L08{\nx //@L07\n//@}\n", 2, "that lesson 08 brings"),
                ("x //@L07{\n", 1, "code before"),
                ("//@L07{\nx\ny //@}\n", 3, "code before"),
                ("//@solve 4.1\nx\n//@}\n", 1, "malformed"),
                ("//@solve 4.1 \"t\" inertia(x)\nx\n//@}\n", 1, "cannot read"),
                ("//@solve 4.1 \"t\" inert(f(x)\nx\n//@}\n", 1, "cannot read"),
                ("//@solve 5.1 \"t\"\nx\n//@}\n", 1, "task 5.1 in code that lesson 04 brings"),
                ("//@solve 04.1 \"t\"\nx\n//@}\n", 1, "begins with a zero"),
                ("x //@solve 4.1 \"t\"\n//@}\n", 1, "code before"),
                ("//@solve 4.1 \"t\"\n//@}\n", 1, "empty region"),
                ("//@solve 4.1 \"t\"\nx\n", 1, "never closed")):
            with self.subTest(text):
                self.fails(text, line, problem)
        self.fails('#@solve 4.1 "t"\nx\n#@}\n', 1, "not C++", path="a.py")


if __name__ == "__main__":
    unittest.main()
