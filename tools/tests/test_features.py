"""Tests of tools/features.py, and of docs/features.md by it."""

import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import features  # noqa: E402

FILES = {
    "lessons/past/keep": "",
    "lessons/lessons.toml": '[[lesson]]\nslug = "memtable"\n',
    "dev": "verb_bench() {\n}\n",
    "tools/lesson/cli.py": 'one = command("tags", run_tags, "...")\n',
    "tests/dev/test_install.py": "",
    "tests/db/store_test.cc": 'TEST_CASE("a key that was put "\n          "is found", "[memtable]") {}\n'
                              'TEST_CASE("\\"quoted\\": found") {}\n',
    "include/strata/db.h": "class DB {\n public:\n  Status Flush();\n};\nstruct Options {\n  int size = 1;\n};\n",
    "src/cli/verbs/scan.cc": 'flags.Number("limit", &limit_, "");\nreturn {.name = "scan", .alias = ""};\n',
    "src/cli/flags.cc": 'flags.Choice<Color>(\n    "color", &color, {});\n',
}
THE_REST = "\n".join(f"| gossip | {number} planned |" for number in range(2, 146))


def findings(row, rest=THE_REST, files=None):
    """What is said of a page with this row and every other row planned, without the page's name."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {**(files or FILES), features.PAGE: row + "\n" + rest}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return [finding.removeprefix("docs/features.md:").lstrip() for finding in features.check(root)]


class Features(unittest.TestCase):
    def test_everything_that_may_be_named_is_believed_when_it_is_there(self):
        for span in ("db: a key that was put is found", 'db: "quoted": found', "tools: tests/dev/test_install.py",
                     "strata scan", "strata --color never scan --limit 10", "./dev bench", "./lesson tags --dry-run",
                     "DB::Flush", "Options::size", "src/cli", "tests/db/store_test.cc"):
            self.assertEqual([], findings(f"| 1 | put | memtable | `{span}` |"), span)

    def test_what_is_not_there_is_found(self):
        for span, said in {
            "db: a key": 'no test is called "a key" in tests/db',
            "sst: a key that was put is found": 'no test is called "a key that was put is found" in tests/sst',
            "tools: tests/dev/gone.py": "there is no tests/dev/gone.py",
            "strata scam": "no verb of strata in it",
            "strata": "no verb of strata in it",
            "strata scan --limt 10": "strata has no flag --limt",
            "./dev benhc": "./dev has no such verb",
            "./lesson": "./lesson has no such verb",
            "DB::Flash": "no public header declares DB::Flash",
            "DB::size": "no public header declares DB::size",
            "src/gone.cc": "src/gone.cc: neither a file nor anything else that can be checked",
        }.items():
            self.assertEqual([f"1: `{span}`: {said}"], findings(f"| 1 | put | memtable | `{span}` |"))

    def test_every_row_stands_in_one_place(self):
        good = "| 1 | put | memtable | `src/cli` |"
        self.assertEqual(["3: row 2 stands in line 2, too"], findings(good + "\n| 2 | get | memtable | `src/cli` |", THE_REST))
        self.assertEqual(["row 145 is missing"], findings(good, THE_REST.rpartition("\n")[0]))
        self.assertEqual(["146: there is no row 146"], findings(good, THE_REST + "\n| gossip | 146 more |"))

    def test_a_row_without_proof_or_lesson_is_found(self):
        self.assertEqual(["1: say how to see it"], findings("| 1 | put | memtable | it works |"))
        self.assertEqual(["1: 'gone' is no lesson"], findings("| 1 | put | gone | `src/cli` |"))
        self.assertEqual(["1: a row has four cells, or two where it is planned", "row 1 is missing"],
                         findings("| 1 | put | memtable |"))
        self.assertEqual([], findings("| – | 1 put; – more |"))
        self.assertEqual(["1: write `number name; number name`"], findings("| s3 | 1 put; get |"))

    def test_the_tree_of_a_lesson_is_not_judged_by_a_page_about_all_of_them(self):
        files = {name: text for name, text in FILES.items() if name != "lessons/past/keep"}
        self.assertEqual([], findings("| 1 | put | memtable | `src/gone.cc` |", files=files))

    def test_the_page_is_true(self):
        self.assertEqual([], list(features.check(ROOT)))


if __name__ == "__main__":
    unittest.main()
