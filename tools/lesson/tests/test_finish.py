"""Each starter of the toy series becomes a finished lesson, answer by answer."""

import shutil
import tempfile
import unittest
from pathlib import Path

import support
from lesson import finish, gates
from lesson.workshop import Workshop


@unittest.skipUnless(shutil.which("cmake") and shutil.which("ninja"), "needs cmake and ninja")
class Finishing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Path(tempfile.mkdtemp(prefix="strata-lesson-test-"))
        cls.files = support.toy_files()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch)

    def finish(self, number, *changes):
        files = support.changed(self.files, changes)
        workshop = Workshop(self.scratch, support.tree_of(files), self.scratch, 2)
        return finish.finish(workshop, workshop.tree.manifest.lesson(number))

    def fails(self, number, words, *changes):
        with self.assertRaises(gates.GateFailed) as caught:
            self.finish(number, *changes)
        self.assertIn(words, caught.exception.reason)

    def test_both_lessons_can_be_finished(self):
        self.assertEqual(self.finish(1), "1.1 turns 1 green, 1.2 turns 1 green; then the lesson is done")
        self.assertEqual(self.finish(2), "2.1 turns 1 green, 2.2 turns 1 green; then the lesson is done")

    def test_what_keeps_a_lesson_from_being_finished(self):
        test = "tests/toy/mul_test.cc"
        self.fails(2, "no test of task 2.1 becomes green", (test, "Mul(2, 3) == 6", "Mul(2, 3) == 6 && Square(5) == 25"))
        self.fails(2, "with every task answered check still says",
                   (test, "Mul(0, 0) == 0", "Mul(0, 0) == 0 && Square(1) == 2"))
        self.fails(2, "after 2.1 check doesn't name task 2.2", (test, "Square(5) == 25", "Mul(5, 5) == 25"))
        self.fails(2, '"two and three make five": failed',
                   ("src/toy/add.cc", "return a + 0;", "return a + 1;"),
                   ("tests/toy/add_test.cc", "Add(2, 3) == 5", "Add(2, 3) == 5 && Kept(1) == 1"))


if __name__ == "__main__":
    unittest.main()
