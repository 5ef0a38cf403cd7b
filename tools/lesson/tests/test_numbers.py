"""Numbers of lessons follow their order in the manifest."""

import contextlib
import io
import unittest

import support
from lesson import cli, numbers


class Numbers(unittest.TestCase):
    def setUp(self):
        self.lessons = support.tree_of(support.toy_files()).manifest.lessons  # add is 1, mul is 2.

    def test_names_links_labels_and_the_own_text_are_renumbered(self):
        for path, old, new in (
                ("docs/x.md", "see [lesson 07](../lessons/07-mul/README.md#a), [lessons 3](01-mul/README.md)",
                 "see [lesson 07](../lessons/02-mul/README.md#a), [lessons 02](02-mul/README.md)"),
                ("docs/x.md", "[the product](../lessons/7-mul/README.md), a 16-mull, 5-add-x",
                 "[the product](../lessons/02-mul/README.md), a 16-mull, 5-add-x"),
                ("README.md", "| [09 Addition](lessons/09-add/README.md) | 3 |", "| [01 Addition](lessons/01-add/README.md) | 3 |"),
                ("lessons/07-mul/README.md", "# Lesson 07: M\n\n### Task 7.1: x\n\nTask 7.1, whole; `./lesson bench 07`",
                 "# Lesson 02: M\n\n### Task 2.1: x\n\nTask 2.1, whole; `./lesson bench 02`"),
                ("docs/x.md", "Task 7.1 and ./lesson bench 07", "Task 7.1 and ./lesson bench 07")):
            self.assertEqual(numbers.renumbered(path, old, self.lessons), new)
            self.assertEqual(numbers.renumbered(path, new, self.lessons), new)

    def test_folders_that_move_are_named(self):
        self.assertEqual(numbers.folders(["lessons/01-mul/README.md", "lessons/01-add/x", "lessons/3-gone/x", "a"],
                                         self.lessons), {"lessons/01-mul": "lessons/02-mul"})

    def test_a_number_that_nobody_writes_is_found(self):
        said = numbers.findings("docs/x.md", "# Lesson 3\n```\nlesson 4\n```\n`lesson 5`\n\nas lesson 6 says, [lesson 02](lessons/02-mul/README.md)\n",
                                self.lessons)
        self.assertEqual(len(said), 1)
        self.assertIn('docs/x.md:7: "lesson 6"', said[0])
        self.assertIn("its place", numbers.findings("a.md", "[lesson 1](lessons/02-mul/README.md)", self.lessons)[0])

    def test_a_number_is_found_in_the_first_column_of_a_table_of_lessons(self):
        table = "| %s | read |\n|---|---|\n| [02 x](lessons/02-mul/README.md) | 3 |\n| 02 mul | x |\n| s3 | 7 |\n| 14–16 | y |\n\n| n | 1 |\n| 2 | 3 |\n"
        said = numbers.findings("docs/x.md", table % "lessons", self.lessons)
        self.assertEqual([line.split(" will")[0] for line in said], ['docs/x.md:4: "02 mul"', 'docs/x.md:6: "14–16"'])
        self.assertEqual(numbers.findings("docs/x.md", table % "size", self.lessons), [])

    def test_a_lesson_that_is_put_in_front_moves_the_others(self):
        with support.Repository(with_tool=False) as repository:
            root = repository.root
            manifest = root / "lessons/lessons.toml"
            first, second = manifest.read_text().split('[[lesson]]\nslug = "mul"')
            manifest.write_text(first + '[[lesson]]\nslug = "between"\ntitle = "Between"\npart = "I"\n\n'
                                '[[lesson]]\nslug = "mul"' + second)
            (root / "lessons/02-between").mkdir()
            (root / "lessons/02-between/README.md").write_text("# Lesson 02: Between\n")
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                cli.main(root, ["text"])
                self.assertIn("lessons/02-mul should be lessons/03-mul", out.getvalue())
                cli.main(root, ["text", "--update"])
            self.assertTrue((root / "lessons/03-mul/README.md").read_text().count("### Task 3.1:"))
            self.assertFalse((root / "lessons/02-mul").exists())
            self.assertIn("[03 Multiplication](../03-mul/README.md)",
                          (root / "lessons/02-between/README.md").read_text())


if __name__ == "__main__":
    unittest.main()
