"""Drawings, links and the check of the book."""

import re
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(TOOLS), str(TOOLS / "lesson" / "tests")]

import shutil  # noqa: E402

import support  # noqa: E402
from book import book, check, diagrams  # noqa: E402


def words(svg):
    return re.findall(r"<text[^>]*>(.*?)</text>", svg)


class Drawings(unittest.TestCase):
    @unittest.skipUnless(shutil.which("dot"), "needs Graphviz")
    def test_a_flowchart_has_its_nodes_links_and_groups(self):
        svg = diagrams.svg('flowchart LR\n  a["one<br/>two"] -->|"goes"| b{"ask?"} & c[("disk")]\n'
                           '  subgraph g["a group"]\n    direction TB\n    d(["round"]) --- e[plain]\n  end\n'
                           '  b -- yes --> d\n  c -. "maybe" .-> g\n'
                           '  a ~~~ h(("gone"))\n')
        for word in ("one", "two", "goes", "ask?", "disk", "a group", "round", "plain", "yes", "maybe", "gone"):
            self.assertIn(word, words(svg))
        self.assertEqual(svg.count('class="edge"'), 5)
        self.assertIn("currentColor", svg)
        self.assertNotIn("#010101", svg)

    def test_a_sequence_has_its_lanes_and_messages(self):
        svg = diagrams.svg("sequenceDiagram\n  participant A as Ann\n  participant B\n  A->>B: asks <x>\n"
                           "  B-->>A: answers\n  Note over A,B: both know\n  A->>A: thinks\n")
        self.assertEqual(words(svg), ["Ann", "B", "asks &lt;x&gt;", "answers", "both know", "thinks"])

    def test_what_it_cannot_draw_is_refused(self):
        for bad in ("pie\n  a: 3", "flowchart LR\n  a ==> b", "sequenceDiagram\n  A->>B: unknown"):
            with self.assertRaises(diagrams.DiagramError):
                diagrams.svg(bad)


    def test_what_the_texts_of_this_tree_show_can_be_drawn(self):
        root = TOOLS.parent
        for path in [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("lessons/*/*.md")]:
            for block in re.findall(r"^```mermaid\n(.*?)^```$", path.read_text(), re.S | re.M):
                with self.subTest(str(path.relative_to(root)), block=block):
                    self.assertIn(block.split()[0], ("flowchart", "sequenceDiagram"))
                    if block.startswith("sequence") or shutil.which("dot"):
                        self.assertIn("<svg", diagrams.svg(block))


class Pages(unittest.TestCase):
    def make(self, **texts):
        files = {**support.toy_files(), **{path.replace("__", "/") + ".md": text for path, text in texts.items()}}
        made = book.Book(support.tree_of(files))
        return made, made.make()

    def test_links_lead_to_pages(self):
        made, _ = self.make(README="[a](docs/a.md#b) [s](src/toy/add.cc) `[c](src/toy/add.cc)` [`w`](src/toy/add.cc) [w](https://x.org) [f](src)\n",
                            docs__a="# A\n[home](../README.md)\n")
        self.assertEqual(made.pages["index.md"], "[a](docs/a.md#b) [s](sources/src/toy/add.cc.md) "
                         "`[c](src/toy/add.cc)` [`w`](sources/src/toy/add.cc.md) [w](https://x.org) f\n")
        self.assertEqual(made.pages["docs/a.md"], "# A\n[home](../index.md)\n")
        self.assertIn("int Add(int a, int b)", made.pages["sources/src/toy/add.cc.md"])

    def test_each_lesson_has_its_differences_with_the_answers_folded(self):
        made, navigation = self.make(README="# Toy\n")
        page = made.pages["lessons/02-mul/changes.md"]
        given, answers = page.split("<details")
        self.assertIn("+int Mul(int a, int b);", given)
        self.assertNotIn("sum = Step(sum, a)", given)
        self.assertIn("sum = Step(sum, a)", answers)
        self.assertIn({"I": [{"01 Addition": [{"The lesson": "lessons/01-add/README.md"},
                                              {"What changes": "lessons/01-add/changes.md"}]},
                             {"02 Multiplication": [{"The lesson": "lessons/02-mul/README.md"},
                                                    {"What changes": "lessons/02-mul/changes.md"}]}]}, navigation)

    def test_pictures_stay_beside_their_texts(self):
        files = {**support.toy_files(), "lessons/01-add/sum.svg": "<svg/>", "docs/wide.png": "png", "src/x.svg": "no"}
        files["lessons/01-add/README.md"] += "\n![the sum](sum.svg)\n"
        made = book.Book(support.tree_of(files))
        made.make()
        self.assertEqual(made.pictures, {"lessons/01-add/sum.svg": b"<svg/>", "docs/wide.png": b"png"})
        self.assertIn("![the sum](sum.svg)", made.pages["lessons/01-add/README.md"])

    def test_folded_parts_hold_markdown(self):
        self.assertEqual(book.with_details("<details><summary>H</summary>\n```console lesson=add\n$ x\n```\n"),
                         '<details markdown="1"><summary>H</summary>\n```console\n$ x\n```\n')


class Checking(unittest.TestCase):
    def test_links_that_lead_nowhere_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.html").write_text(
                '<h2 id="x"></h2><a href="b.html#y"></a><a href="b.html#z"></a><a href="c.html"></a>'
                '<a href="#x"></a><img src="p.png"><a href="https://x.org/"></a>')
            (Path(folder) / "b.html").write_text('<h2 id="y"></h2>')
            self.assertEqual(check.site(folder), [
                "a.html: b.html#z: there is no such place on that page",
                "a.html: c.html: there is no such file", "a.html: p.png: there is no such file"])

    @unittest.skipUnless(shutil.which("mkdocs") and shutil.which("dot"), "needs mkdocs and Graphviz")
    def test_the_book_is_built(self):
        with support.Repository({**support.toy_files(), "README.md": "# Toy\n\n[a](docs/a.md#part)\n",
                                 "docs/a.md": "# A\n\n## Part\n",
                                 "lessons/README.md": "# Lessons\n"}) as repository:
            self.assertEqual(book.main(str(repository.root), str(repository.top / "book")), 0)
            self.assertIn("Toy", (repository.top / "book/site/index.html").read_text())


if __name__ == "__main__":
    unittest.main()
