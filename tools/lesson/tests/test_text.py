import tempfile
import unittest
from pathlib import Path

import support
from lesson import head, text
from lesson.errors import LessonError

CODE = """#include <x>

template <typename T>
Result<T> Helper(const T& a,
                 int b) {
  return F(a);
}

class Foo : public Bar {
 public:
  Foo(int a) : a_{a}, b_(a) {}
  int Get() const { return a_; }
  void Put(int x);
};

void Foo::Put(int x) {
  if (x) Helper("}", '{');
}

enum class E { kA, kB };
inline constexpr int kSize = 4;
#define TRY(a) \\
  do { a; }
"""


class Extracting(unittest.TestCase):
    def test_symbols_and_spans(self):
        for what, first, last in (("Helper", "template <typename T>", "}"),
                                  ("Foo", "class Foo : public Bar {", "};"),
                                  ("Foo::Put", "void Foo::Put(int x) {", "}"),
                                  ("Foo::Get", "int Get() const { return a_; }", None),
                                  ("E", "enum class E { kA, kB };", None),
                                  ("kSize", "inline constexpr int kSize = 4;", None),
                                  ("TRY", "#define TRY(a) \\", "  do { a; }"),
                                  ('"class Foo" .. "public:"', "class Foo : public Bar {", " public:")):
            lines = text.extract(CODE, what)
            self.assertEqual((lines[0], lines[-1]), (first, last or first), what)
        self.assertIsNone(text.extract(CODE, "Nope"))
        self.assertIsNone(text.extract(CODE, '"class" .. "never"'))


class Matching(unittest.TestCase):
    def test_wildcards(self):
        for expected, actual, good in (
                (["a"], ["a"], True), (["a"], ["b"], False), (["a"], ["a", "b"], False),
                (["a ... c"], ["a b c"], True), (["...", "z"], ["x", "y", "z"], True),
                (["a", "..."], ["a"], True), (["..."], [], True), ([], [], True),
                (["a"], [], False), (["1+1 ..."], ["1+1 = 2"], True)):
            self.assertEqual(text.output_matches(expected, actual), good, (expected, actual))


class Checking(unittest.TestCase):
    def setUp(self):
        files = support.toy_files()
        self.tree = support.tree_of(files)
        self.good = files["lessons/01-add/README.md"].replace("$ strata\n2 and ... make 5",
                                                              "$ echo one; echo two\none\n...")

    def report(self, source, number=1):
        with tempfile.TemporaryDirectory() as home:
            return text.check("R.md", source, self.tree.slice(number), self.tree.tasks(number),
                              self.tree.answers(number), self.tree.slugs[number], lambda slug: "/usr/bin:/bin",
                              Path(home), head.head(self.tree, self.tree.manifest.lesson(number)))

    def fails(self, old, new, *words):
        self.assertIn(old, self.good)
        report = self.report(self.good.replace(old, new))
        said = "\n".join(report.problems)
        for word in words:
            self.assertIn(word, said)
        return report

    def test_the_good_text_is_true(self):
        report = self.report(self.good)
        self.assertEqual(report.problems, [])
        self.assertEqual((report.code_blocks, report.commands), (1, 1))

    def test_each_untruth_is_found(self):
        self.fails("word " * 950, "word", "900 to 1800")
        self.fails("### Task 1.2", "### Tusk 1.2", 'no heading "### Task 1.2')
        self.fails("### Task 1.2", "### Task 1.9", "1.9", "no answer")
        self.fails("<details><summary>Hint 3</summary>\n\nHint 3 of 1.1.\n\n</details>", "", "2 hints")
        self.fails("Change `src/toy/add.cc`.", "Change it.", "does not name its file")
        self.fails("<details><summary>Answer</summary>", "", "0 questions")
        self.fails("word word", "`src/toy/mul.cc`", "not in this lesson")
        self.fails("word word", "`Mul::Apply`", "nowhere in this lesson")
        self.fails("1 hour, easy", "2 hours, hard", "R.md:3: the head isn't as the manifest says")
        self.fails(head.BEGIN, "", "R.md:2: the head")
        self.fails("# Addition", "# Addition\n\n`MulAll()`", "nowhere in this lesson")
        self.fails("return a + b;\n}", "return a - b;\n}", "differs from src/toy/add.cc")
        self.fails("add.cc Add -->", "add.cc Sub -->", "has no Sub")
        self.fails("add.cc Add -->", "mul.cc Mul -->", "not in this lesson")
        self.fails("one\n...", "three", "prints something else", "two")
        self.fails("$ echo one; echo two\none\n...", "$ sleep 0; echo x", "prints something else")
        with self.assertRaisesRegex(LessonError, "never closed"):
            self.report(self.good + "\n```cpp\n")
        with self.assertRaisesRegex(LessonError, "no code block follows"):
            self.report(self.good + "\n<!-- code: src/toy/add.cc Add -->\nText.\n")

    def test_a_block_that_compares_nothing_is_refused(self):
        for output in ("...", "...\n...", "... ..."):
            report = self.fails("one\n...", output, "`echo one; echo two` prints something")
            number = report.updated.split("\n").index("$ echo one; echo two") + 1
            self.assertTrue(report.problems[0].startswith(f"R.md:{number}: "), report.problems)
        # The first command that speaks is named; what is silent or isn't run doesn't matter.
        self.fails("$ echo one; echo two\none\n...", "$ true\n$ ./dev x\nx\n$ echo one\n...\n$ echo x\n...",
                   "`echo one` prints something")
        for good in ("$ true\n$ false", "$ true\n...", "$ echo one\n...\n$ echo two\ntwo", "$ echo one\n...e"):
            source = self.good.replace("$ echo one; echo two\none\n...", good)
            self.assertEqual(self.report(source).problems, [], good)

    def test_nobody_reads_an_answer_who_did_not_unfold_it(self):
        begin, end = "<details><summary>The answer, when you have yours</summary>\n\n", "\n</details>"
        fold = self.good[self.good.index(begin):].split(end)[0] + end
        shown = fold.removeprefix(begin).removesuffix(end)
        report = self.fails(fold, shown, "shows the answer of a task in src/toy/add.cc")
        number = report.updated.split("\n").index("int Add(int a, int b) {")
        self.assertTrue(report.problems[0].startswith(f"R.md:{number}: "), report.problems)
        self.fails(fold, '<!-- code: src/toy/add.cc "return a + b" .. "int Twice" -->\n```cpp\n'
                   "  return a + b;\n}\n\nint Twice(int a) {\n```\n", "shows the answer of a task")
        # A fold inside a code block folds nothing.
        self.fails(fold, f"```text\n{begin}```\n{shown}```text\n{end}\n```\n", "shows the answer")
        for what, code in (('add.cc "int Add(" .. "int Add("', "int Add(int a, int b) {"),
                           ("add.cc Kept", "int Kept(int a) { return a; }"),
                           ("add.h Add", "int Add(int a, int b);")):
            source = self.good.replace(fold, f"<!-- code: src/toy/{what} -->\n```cpp\n{code}\n```\n")
            self.assertEqual(self.report(source).problems, [], what)

    def test_an_answer_that_is_copied_without_a_comment_is_found_too(self):
        good = support.toy_files()["lessons/02-mul/README.md"].split("```console")[0]
        body = ["int sum = 0;  // So far.", "", "for (int i = 0; i < b; ++i) sum = Step(sum, a);", "}",
                "return sum;"]
        copied = "\n```cpp\n" + "\n".join(body) + "\n```\n"
        said = self.report(good + copied, 2).problems
        self.assertEqual(len(said), 1, said)
        self.assertIn("shows the answer of a task in src/toy/mul.cc", said[0])
        self.assertEqual(self.report(f"{good}<details><summary>Mine</summary>\n{copied}\n</details>\n",
                                     2).problems, [])
        two = "\n```cpp\n" + "\n".join(body[:3]) + "\n```\n"
        self.assertEqual(self.report(good + two, 2).problems, [])

    def test_a_folded_answer_of_a_task_answers_no_question(self):
        answer = "<details><summary>Answer</summary>\nBecause.\n</details>\n"
        report = self.report(self.good.replace(answer, "", 1))
        self.assertEqual(len(report.problems), 1, report.problems)
        self.assertIn("2 questions", report.problems[0])

    def test_update_repairs_code_and_output(self):
        bad = self.good.replace("return a + b;\n}", "x").replace("one\n...", "three")
        updated = self.report(bad).updated
        self.assertIn("int Add(int a, int b) {\n  return a + b;\n}\n```", updated)
        self.assertIn("$ echo one; echo two\none\ntwo\n```", updated)
        self.assertEqual(self.report(updated).problems, [])

    def test_other_peoples_names_are_exempt_where_it_says_so(self):
        good = "# Addition\n\n## What real systems do\n\n`DBImpl::Write` in `src/x.cc`\n\n## Next\n"
        self.assertEqual(self.report(self.good.replace("# Addition", good)).problems, [])
        self.fails("# Addition", good + "\n`DBImpl::Write`", "DBImpl::Write")

    def test_paths_may_be_folders_braces_and_globs(self):
        ok = "# Addition\n\n`src/toy/` `src/toy/add.{h,cc}` `src/toy/*.h` `std::string` `Add()`"
        self.assertEqual(self.report(self.good.replace("# Addition", ok)).problems, [])
        self.fails("# Addition", "# Addition\n\n`src/toy/add.{h,py}`", "not in this lesson")

    def test_commands_share_a_folder_and_may_continue(self):
        lines = "```console\n$ cat > f <<X\n> hello\n> X\n$ cat f\nhello\n$ ./dev test\nnever\n```".split("\n")
        block = text.fences("R.md", lines)[0]
        found = text.commands(lines, block)
        self.assertEqual([c.text for c in found], ["cat > f <<X\nhello\nX", "cat f", "./dev test"])
        self.assertEqual([text.runs(c) for c in found], [True, True, False])
        report = self.report(self.good + "\n" + "\n".join(lines) + "\n")
        self.assertEqual(report.problems, [])


class Hints(unittest.TestCase):
    def test_they_come_in_order_from_the_task_s_section(self):
        source = support.readme(1, "T", {"1.1": ("a", "x"), "1.2": ("b", "y")})
        self.assertEqual(text.hints(source, "1.2"), ["Hint 1 of 1.2.", "Hint 2 of 1.2.", "Hint 3 of 1.2."])
        self.assertEqual(text.hints(source, "1.3"), [])


if __name__ == "__main__":
    unittest.main()
