import unittest

import support
from lesson import manifest
from lesson.errors import LessonError

ONE = '[[lesson]]\nslug = "a"\ntitle = "A"\npart = "I"\n'


class Loading(unittest.TestCase):
    def fails(self, text, *words):
        with self.assertRaises(LessonError) as caught:
            manifest.load(text, "m.toml")
        for word in ("m.toml", "remedy:", *words):
            self.assertIn(word, str(caught.exception))

    def test_the_toy_manifest_loads(self):
        loaded = manifest.load(support.MANIFEST)
        self.assertEqual([lesson.id for lesson in loaded.lessons], ["01", "02"])
        self.assertEqual(loaded.lesson(2).folder, "lessons/02-mul")
        self.assertEqual(loaded.lesson(2).green_in_starter[0].test, "zero times zero is zero")

    def test_mistakes_name_the_file_and_the_key(self):
        self.fails(ONE + 'addz = ["x"]\n', "a.addz")
        self.fails('commmon = []\n' + ONE, "commmon")
        self.fails(ONE + "adds = [1]\n", "a.adds")
        self.fails(ONE + 'adds = "x"\n', "a.adds")
        self.fails(ONE.replace('slug = "a"\n', ""), "slug")
        self.fails(ONE.replace('"a"', '"A b"'), "small letters")
        self.fails(ONE + ONE, "two lessons are called 'a'")
        self.fails(ONE + 'green_in_starter = [{test = "x"}]\n', "reason")
        self.fails("[lesson\n", "TOML")
        self.fails("", "[[lesson]]")
        self.fails("lesson = 3\n", "lesson")


class Owning(unittest.TestCase):
    def owners(self, adds, paths, removes=(), common=()):
        lessons = [manifest.Lesson(i + 1, "s", "t", "p", adds=list(a)) for i, a in enumerate(adds)]
        for number, names in removes:
            lessons[number - 1].removes = list(names)
        return manifest.ownership(manifest.Manifest(lessons, list(common)), paths)

    def test_a_spelled_out_path_beats_a_glob(self):
        owners = self.owners([["src/**"], ["src/a/b.cc"]], ["src/a/b.cc", "src/c.cc"])
        self.assertEqual(owners.added, {"src/a/b.cc": 2, "src/c.cc": 1})

    def test_two_globs_or_two_names_are_an_error(self):
        for adds in ([["src/*"], ["src/a*"]], [["src/ab"], ["src/ab"]]):
            with self.assertRaisesRegex(LessonError, "claimed twice"):
                self.owners(adds, ["src/ab"])

    def test_globs(self):
        for pattern, path, good in (("a/*.cc", "a/b.cc", True), ("a/*.cc", "a/b/c.cc", False),
                                    ("a/**", "a/b/c.cc", True), ("**/x", "x", True),
                                    ("**/x", "a/b/x", True), ("a/?.h", "a/b.h", True),
                                    ("a/[bc].h", "a/d.h", False), ("a.b", "axb", False)):
            self.assertEqual(bool(manifest.glob_regex(pattern).fullmatch(path)), good, (pattern, path))

    def test_a_file_lives_from_adds_to_removes(self):
        owners = self.owners([["f"], [], []], ["f"], removes=[(3, ["f"])])
        self.assertEqual([owners.alive("f", n) for n in (1, 2, 3)], [True, True, False])

    def test_removing_what_nobody_added_is_an_error(self):
        with self.assertRaisesRegex(LessonError, "which none adds"):
            self.owners([[], []], ["f"], removes=[(2, ["f"])])
        with self.assertRaisesRegex(LessonError, "removed after"):
            self.owners([["f"], []], ["f"], removes=[(1, ["f"])])

    def test_names_without_a_file_are_reported(self):
        self.assertEqual(self.owners([["gone.cc", "x/**"]], []).unmatched,
                         [(1, "adds", "gone.cc"), (1, "adds", "x/**")])


if __name__ == "__main__":
    unittest.main()
