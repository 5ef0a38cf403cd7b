"""Tests of tools/drawings: what the lessons show is what it makes, and can be read."""

import contextlib
import io
import pathlib
import re
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from drawings import make, redis_protocol, svg  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


def of_this_tree():
    """(path, SVG) of the drawings of the lessons that this tree has: an earlier lesson's has fewer."""
    return list(make.all_of(ROOT))


class Drawings(unittest.TestCase):
    def test_each_is_in_its_lessons_folder_as_it_is_made_and_is_shown_there(self):
        for path, made in of_this_tree():
            with self.subTest(path.name):
                self.assertEqual(path.read_text(), made, "run tools/drawings/make.py")
                self.assertRegex((path.parent / "README.md").read_text(), rf"!\[[^\]]+\]\({path.name}\)")

    def test_no_lesson_has_a_drawing_that_nothing_makes(self):
        known = {path for path, _ in of_this_tree()}
        self.assertEqual([], [path for path in ROOT.glob("lessons/*/*.svg") if path not in known])

    def test_each_says_in_words_what_it_shows_and_has_a_pair_of_colours_for_each_class(self):
        for path, made in of_this_tree():
            with self.subTest(path.name):
                drawing = ElementTree.fromstring(made)
                self.assertGreater(len(drawing.find(f"{SVG}title").text), 20)
                light, dark = drawing.find(f"{SVG}style").text.split("@media(prefers-color-scheme:dark)")
                used = {name for element in drawing.iter() for name in element.get("class", "").split()}
                coloured = {name for name in used if re.match(r"(box|line)-|(ink|soft|paper|red|green|blue|amber)$", name)}
                for name in coloured:
                    self.assertIn(f".{name}{{", light)
                    self.assertIn(f".{name}{{", dark)

    def test_words_stay_inside(self):
        for path, made in of_this_tree():
            drawing = ElementTree.fromstring(made)
            height = float(drawing.get("height"))
            for text in drawing.iter(f"{SVG}text"):
                with self.subTest(path.name, words=text.text):
                    width = len(text.text) * (6.1 if "small" in text.get("class") else 7.4)
                    x = float(text.get("x"))
                    left = x - {"start": 0, "middle": width / 2, "end": width}[text.get("text-anchor", "start")]
                    self.assertGreaterEqual(left, 0)
                    self.assertLessEqual(left + width, svg.WIDTH)
                    self.assertLess(float(text.get("y")), height)

    def test_a_drawing_that_was_changed_by_hand_is_found_and_made_again(self):
        with tempfile.TemporaryDirectory() as root:
            folder = pathlib.Path(root, "lessons", "07-redis-protocol")
            folder.mkdir(parents=True)
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                self.assertEqual(make.main([root]), 0)
                self.assertEqual(make.main([root, "--check"]), 0)
                (folder / "places.svg").write_text("<svg/>")
                self.assertEqual(make.main([root, "--check"]), 1)
            self.assertIn("places.svg: is not as tools/drawings makes it; run tools/drawings/make.py", said.getvalue())
            self.assertEqual((folder / "places.svg").read_text(), "<svg/>")

    def test_places_are_those_of_the_words(self):
        request = "*2\r\n$3\r\nGET\r\n$0\r\n\r\n"
        self.assertEqual(redis_protocol.words_of(request), [(8, 3), (17, 0)])

    def test_markup_in_words_is_escaped(self):
        drawing = svg.Drawing("a < b, said in more words than that", 50)
        drawing.text(10, 20, "x & <y>")
        self.assertEqual(ElementTree.fromstring(drawing.svg()).findall(f"{SVG}text")[0].text, "x & <y>")


if __name__ == "__main__":
    unittest.main()
