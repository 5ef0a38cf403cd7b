"""Tests of tools/doc_links.py."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import doc_links  # noqa: E402


def check(**pages):
    with tempfile.TemporaryDirectory() as root:
        for name, text in pages.items():
            pathlib.Path(root, name + ".md").write_text(text)
        return list(doc_links.check(root))


class DocLinks(unittest.TestCase):
    def test_links_to_files_headings_and_the_web_are_let_be(self):
        self.assertEqual([], check(
            a="[b](b.md) [h](b.md#two-words-it) [w](https://example.org/x) [own](#top)\n# Top\n",
            b="# Two words, `it`\n"))

    def test_a_missing_file_and_a_missing_heading_are_found_with_their_line(self):
        self.assertEqual(["a.md:2: there is no gone.md"], check(a="\n[x](gone.md)\n"))
        self.assertEqual(["a.md:1: b.md has no heading #nope"], check(a="[x](b.md#nope)\n", b="# Yes\n"))

    def test_code_is_no_link(self):
        self.assertEqual([], check(a="`[x](gone.md)`\n```\n[y](gone.md)\n```\n"))

    def test_a_heading_said_twice_gets_a_number(self):
        self.assertEqual([], check(a="[x](#same-1)\n# Same\n# Same\n"))


if __name__ == "__main__":
    unittest.main()
