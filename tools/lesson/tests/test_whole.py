"""A task that is a whole file: started, checked, finished, and its gate."""

import shutil
import tempfile
import unittest
from pathlib import Path

import support
from lesson import finish, gates
from lesson.workshop import Workshop

STUB = '''#include "toy/add.h"

#include "base/lesson.h"

int Add(int a, int b) {
  (void)a;
  (void)b;
  strata::lesson::YoursToWrite("add.build", "the sum, whole");
}

int Twice(int a) {
  (void)a;
  strata::lesson::YoursToWrite("add.build", "the sum, whole");
}
'''
OTHER = '''#include "toy/add.h"

int Add(int a, int b) { return b + a; }
int Twice(int a) { return 2 * a; }
'''


def files_of(other=OTHER):
    files = support.toy_files()
    missing = files["src/toy/add.cc"].split("int Kept")[1]
    kept = "\nint Kept" + missing.split("\n")[0] + "\n"
    files["lessons/01-add/build/src/toy/add.cc"] = STUB + kept
    files["lessons/01-add/other/src/toy/add.cc"] = other + kept
    text = files["lessons/01-add/README.md"]
    files["lessons/01-add/README.md"] = text + "\n### Task 1.build: the sum, whole\n\nChange `src/toy/add.cc`. " + "word " * 900
    return files


class Whole(unittest.TestCase):
    def test_a_slice_has_the_stubs_and_nothing_of_the_folders(self):
        tree = support.tree_of(files_of())
        built = tree.slice_with(1, "build")
        self.assertIn(b'YoursToWrite("1.build"', built["src/toy/add.cc"].data)
        self.assertEqual(built["lessons/CURRENT"].data, b"01 build\n")
        self.assertFalse([path for files in (built, tree.slice(1), tree.slice(2)) for path in files
                          if "/build/" in path or "/other/" in path])
        self.assertEqual(tree.slice_with(1, "other")["lessons/CURRENT"].data, b"01\n")
        self.assertEqual(tree.build_task(2), {})

    def test_it_is_started_checked_and_finished(self):
        with support.Repository(files_of()) as repository:
            self.assertIn("lesson-01-build", repository.lesson("tags")[1])
            self.assertIn("has no build-it task", repository.lesson("start", "2", "--build")[1])
            self.assertEqual(repository.lesson("start", "1", "--build")[0], 0)
            mine = repository.top / "strata-lesson-01-build"
            self.assertIn("it has no hints\n  remedy: the guided tasks have some: ./lesson hint 1.1",
                          repository.lesson("hint", cwd=mine)[1])
            self.assertIn("[3 hints: ./lesson hint 1.2]", repository.lesson("show", cwd=mine)[1])
            self.assertIn("Hint 1 of 1.2.", repository.lesson("hint", "1.2", cwd=mine)[1])
            self.assertIn("task 1.build is still to be written", repository.lesson("next", cwd=mine)[1])
            if shutil.which("cmake") and shutil.which("ninja"):
                output = repository.lesson("check", cwd=mine)[1]
                self.assertNotIn("A hint:", output)
                self.assertIn("next: task 1.build, the sum, whole\n  in src/toy/add.cc", output)
            (mine / "src/toy/add.cc").write_text(support.git(mine, "show", "lesson-01:src/toy/add.cc"))
            if shutil.which("cmake") and shutil.which("ninja"):
                self.assertIn("Lesson 01 is done", repository.lesson("check", cwd=mine)[1])
            support.git(mine, "commit", "-qam", "done")
            self.assertEqual(repository.lesson("next", cwd=mine)[0], 0)
            self.assertEqual((mine / "lessons/CURRENT").read_text(), "02\n")

    @unittest.skipUnless(shutil.which("cmake") and shutil.which("ninja"), "needs cmake and ninja")
    def test_another_right_answer_passes_and_a_wrong_one_is_found(self):
        scratch = Path(tempfile.mkdtemp(prefix="strata-lesson-test-"))
        self.addCleanup(shutil.rmtree, scratch)

        def judged(files):
            workshop = Workshop(scratch, support.tree_of(files), scratch, 2)
            return finish.finish(workshop, workshop.tree.manifest.lesson(1))
        self.assertIn("1.build fails cleanly (2 red), and another right answer passes", judged(files_of()))
        with self.assertRaisesRegex(gates.GateFailed, "another right answer fails at"):
            judged(files_of(OTHER.replace("2 * a", "a")))


if __name__ == "__main__":
    unittest.main()
