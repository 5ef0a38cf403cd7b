import os
import tempfile
import unittest
from pathlib import Path

import support
from lesson import ledger, slicer
from lesson.errors import LessonError


class Slicing(unittest.TestCase):
    def setUp(self):
        self.files = support.toy_files()
        self.tree = support.tree_of(self.files)

    def test_a_slice_has_the_files_of_its_lessons(self):
        first, second = self.tree.slice(1), self.tree.slice(2)
        self.assertNotIn("src/toy/mul.cc", first)
        self.assertIn("src/toy/mul.cc", second)
        self.assertIn("lessons/02-mul/README.md", second)
        self.assertNotIn("lessons/02-mul/README.md", first)
        self.assertFalse([path for path in second if "mutants" in path or "past" in path])
        self.assertEqual(first[slicer.CURRENT].data, b"01\n")

    def test_a_past_file_takes_its_place(self):
        self.assertIn(b"return 1", self.tree.slice(1)["src/toy/old.cc"].data)
        self.assertIn(b"return 2", self.tree.slice(2)["src/toy/old.cc"].data)

    def test_a_slice_has_no_layers(self):
        for starter in (False, True):
            self.assertFalse([path for path in self.tree.slice(2, starter) if "layer" in path])

    def test_the_last_slice_is_main(self):
        for path, file in self.tree.slice(2).items():
            if path.startswith("src/"):
                self.assertEqual(file.data.decode(), self.files[path])

    def test_the_answer_differs_from_the_starter_in_the_tasks_only(self):
        full, start = self.tree.slice(2), self.tree.slice(2, starter=True)
        self.assertEqual([path for path in full if full[path] != start[path]], ["src/toy/mul.cc"])

    def test_a_starter_with_every_task_answered_is_the_answer(self):
        for number in (1, 2):
            tasks = list(self.tree.tasks(number))
            self.assertEqual(self.tree.slice(number, True, tasks), self.tree.slice(number))
            half = self.tree.slice(number, True, tasks[:1])
            self.assertEqual(sum(b"// Task" in file.data for file in half.values()), 1)
            self.assertNotEqual(half, self.tree.slice(number, True))

    def test_a_name_without_a_file_is_an_error_from_its_lesson_on(self):
        del self.files["src/toy/old.cc"]
        tree = support.tree_of(self.files)
        tree.slice(1)
        with self.assertRaisesRegex(LessonError, "matches no file"):
            tree.slice(2)

    def test_tasks_are_found_with_their_places(self):
        self.assertEqual(list(self.tree.tasks(2).items()), [
            ("2.1", ("add a, b times", "src/toy/mul.cc", 6)),
            ("2.2", ("a times a", "src/toy/mul.cc", 12))])

    def test_writing_touches_what_differs_and_deletes_what_it_wrote(self):
        with tempfile.TemporaryDirectory() as top:
            folder = Path(top) / "tree"
            slicer.write(self.tree.slice(2), folder)
            (folder / "build").mkdir()
            (folder / "build" / "x.o").write_text("object")
            kept = folder / "src/toy/add.h"
            os.utime(kept, (1, 1))
            done = slicer.write(self.tree.slice(1), folder)
            self.assertEqual(kept.stat().st_mtime, 1)
            self.assertTrue((folder / "build/x.o").exists())
            self.assertFalse((folder / "src/toy/mul.cc").exists())
            self.assertFalse((folder / "lessons/02-mul").exists())
            self.assertEqual(done.deleted, 5)
            self.assertEqual(slicer.write(self.tree.slice(1), folder).written, 0)
            self.assertTrue(os.access(folder / "lesson", os.X_OK))

    def test_a_foreign_folder_is_refused(self):
        with tempfile.TemporaryDirectory() as top:
            (Path(top) / "precious").write_text("x")
            with self.assertRaisesRegex(LessonError, "not empty"):
                slicer.write(self.tree.slice(1), top)
            self.assertTrue((Path(top) / "precious").exists())


class Ledger(unittest.TestCase):
    def test_the_key_follows_what_the_gates_look_at(self):
        files = support.toy_files()
        before = {n: ledger.tree_key(support.tree_of(files), n) for n in (1, 2)}

        def changed(path, text):
            tree = support.tree_of({**files, path: text})
            return [n for n in (1, 2) if ledger.tree_key(tree, n) != before[n]]
        self.assertEqual(changed("src/toy/mul.h", files["src/toy/mul.h"] + "// x\n"), [2])
        self.assertEqual(changed("src/toy/add.h", files["src/toy/add.h"] + "// x\n"), [1, 2])
        self.assertEqual(changed("lessons/01-add/README.md", "x"), [1])
        self.assertEqual(changed("lessons/02-mul/mutants/sum.patch", "x"), [2])
        self.assertEqual(changed("tools/x.py", "x"), [])
        self.assertEqual(changed("lessons/lessons.toml",
                                 files["lessons/lessons.toml"].replace("Multiplies.", "More.")), [2])

    def test_due_and_drawn(self):
        self.assertEqual(ledger.due({1: "f", 2: "g", 3: "h"}, {1: "a", 2: "b", 3: "c"},
                                    {"f": {"tree": "a"}, "g": {"tree": "x"}}),
                         [2, 3])
        drawn = ledger.drawn(range(1, 14), "f" * 40)
        self.assertEqual(len(drawn), 3)
        self.assertEqual(drawn, ledger.drawn(range(1, 14), "f" * 40))
        self.assertGreater(len({tuple(ledger.drawn(range(1, 14), f"{i:040x}")) for i in range(50)}), 20)
        self.assertEqual(ledger.drawn([4], "f" * 40), [4])

    def test_what_has_passed_is_spared_unless_it_is_drawn(self):
        keys = [f"{i:016x}" for i in range(400)]
        entries = {"01": ledger.entry("t", keys[:300]), "02": ledger.entry("t", [])}
        passed = ledger.Passed(entries)
        self.assertEqual([key for key in keys if not passed.spares(key)], keys[300:])
        self.assertEqual((passed.made, passed.spared), (100, 300))
        passed.add(keys[399])
        self.assertTrue(passed.spares(keys[399]))
        self.assertEqual(len(passed.now), 301)
        self.assertFalse(ledger.Passed().spares(keys[0]))
        drawn = [{key for key in keys[:300] if not ledger.Passed(entries, commit).spares(key)}
                 for commit in ("a" * 40, "a" * 40, "b" * 40)]
        self.assertEqual(drawn[0], drawn[1])
        self.assertNotEqual(drawn[0], drawn[2])
        self.assertTrue(20 < len(drawn[0]) < 60, len(drawn[0]))


class Tags(unittest.TestCase):
    def test_the_same_tree_gives_the_same_hashes_anywhere(self):
        outputs = []
        for environment in ({"TZ": "Asia/Kathmandu", "LC_ALL": "C"},
                            {"TZ": "America/St_Johns", "LANG": "de_DE.UTF-8", "GIT_AUTHOR_NAME": "X",
                             "GIT_COMMITTER_DATE": "1 +0300"}):
            with support.Repository() as repository:
                support.git(repository.root, "config", "i18n.commitEncoding", "latin1")
                status, output = repository.lesson("tags", **environment)
                self.assertEqual(status, 0, output)
                outputs.append(output)
                self.assertEqual(support.git(repository.root, "status", "--porcelain"), "")
        self.assertEqual(outputs[0], outputs[1])

    def test_the_chain(self):
        with support.Repository() as repository:
            root = repository.root
            self.assertEqual(repository.lesson("tags")[0], 0)
            self.assertEqual(support.git(root, "tag").split(),
                             ["lesson-01", "lesson-01-start", "lesson-02", "lesson-02-start"])
            for child in ("lesson-02^", "lesson-02-start^"):
                self.assertEqual(support.git(root, "rev-parse", child),
                                 support.git(root, "rev-parse", "lesson-01^{commit}"))
            self.assertEqual(support.git(root, "diff", "--name-only", "lesson-02-start", "lesson-02"),
                             "src/toy/mul.cc\n")
            self.assertIn("Multiplies.", support.git(root, "cat-file", "tag", "lesson-02"))
            self.assertEqual(support.git(root, "fsck", "--strict"), "")
            dry = repository.lesson("tags", "--dry-run")[1]
            self.assertEqual(dry, repository.lesson("tags")[1])

    def test_an_edition_never_changes(self):
        with support.Repository() as repository:
            self.assertEqual(repository.lesson("tags", "--edition", "2026.1")[0], 0)
            self.assertEqual(repository.lesson("tags", "--edition", "2026.1")[0], 0)
            path = repository.root / "src/toy/add.h"
            path.write_text(path.read_text() + "// more\n")
            support.git(repository.root, "commit", "-qam", "more")
            self.assertEqual(repository.lesson("tags")[0], 0)
            status, output = repository.lesson("tags", "--edition", "2026.1")
            self.assertEqual(status, 1)
            self.assertIn("never changes", output)

    def test_a_slice_is_not_sliced_again(self):
        with support.Repository() as repository:
            repository.lesson("tags")
            support.git(repository.root, "checkout", "-q", "lesson-02")
            status, output = repository.lesson("tags")
            self.assertEqual(status, 1)
            self.assertIn("not main", output)
            self.assertIn("mul", repository.lesson("list")[1])


if __name__ == "__main__":
    unittest.main()
