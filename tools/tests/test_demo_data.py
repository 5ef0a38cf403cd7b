"""Tests of tools/demo_data.py: above all, that a lost record cannot pass for a kept one."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import demo_data  # noqa: E402


def compare(sent, acked, stored):
    """(True if nothing was lost, what was said)."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as said:
        paths = [pathlib.Path(folder, name) for name in ("sent", "stored")]
        for path, text in zip(paths, (sent, stored)):
            path.write_text(text)
        return demo_data.compare(paths[0], acked, paths[1]), said.getvalue()


class DemoData(unittest.TestCase):
    def test_acknowledged_records_and_more_may_be_there(self):
        kept, said = compare("a\t1\nb\t2\nc\t3\n", 1, "a\t1\nb\t2\n")
        self.assertTrue(kept)
        self.assertIn("Every one of the 1 acknowledged records is there, and 1 that were written", said)

    def test_a_missing_a_changed_and_an_invented_record_are_found(self):
        self.assertFalse(compare("a\t1\nb\t2\n", 2, "a\t1\n")[0])
        self.assertFalse(compare("a\t1\nb\t2\n", 2, "a\t1\nb\t9\n")[0])
        self.assertFalse(compare("a\t1\n", 1, "a\t1\nz\t1\n")[0])
        self.assertTrue(compare("a\t1\nb\t2\n", 1, "a\t1\n")[0])

    def test_fields_are_compared_by_the_bytes_they_stand_for(self):
        self.assertTrue(compare("a\t\u00e9\\\\ \\t\n", 1, "a\t\\xc3\\xa9\\\\ \\x09\n")[0])
        self.assertFalse(compare("a\t\\\\x41\n", 1, "a\tA\n")[0])

    def test_a_character_is_keyed_by_its_code_point(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("0041;LATIN CAPITAL LETTER A;Lu\n1F600;GRINNING FACE;So\n")
            file.flush()
            self.assertEqual([("U+0041", "LATIN CAPITAL LETTER A;Lu"), ("U+1F600", "GRINNING FACE;So")],
                             list(demo_data.unicode_records(file.name)))

    def test_a_package_is_one_line(self):
        text = "Package: a\nVersion: 1\nArchitecture: all\nDescription: x\n  more\n\nnonsense\n"
        self.assertEqual([("a/1/all", "Package: a Version: 1 Architecture: all Description: x more")],
                         list(demo_data.paragraphs(text)))


if __name__ == "__main__":
    unittest.main()
