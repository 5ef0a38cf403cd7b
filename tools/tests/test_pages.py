"""Runs the commands of README.md and docs/formats.md and compares what they print with what the pages say.

All ```console blocks of a page run in one folder that is empty at first, as on a terminal. A time ("0.02 s",
"1.5 us") stands for any time, `...` for anything in a line and alone on a line for any lines. In a ```console about
block every number stands for any, and lines that begin with one for any lines. `$ xxd FILE` is taken the other way
round: FILE becomes the bytes that the page shows, whose ids are random, and the rest of the page speaks of them. Code
below a comment `<!-- code: FILE SYMBOL -->` must be that of the file.
"""

import os
import pathlib
import re
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from lesson import text  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("STRATA_BUILD_DIR", ROOT / "build/test")) / "bin"
# A column of times is as wide as the longest of them, and so is what stands above it.
TIME = re.compile(r" *\b\d+(\.\d+)? (ns|us|ms|s)\b| +time$")
NUMBER = re.compile(r" *\b\d[\d.,]*( [KMG]?i?B\b)? *")


def bytes_of(dump):
    """The bytes that lines of xxd show."""
    return b"".join(bytes.fromhex(line.split(":", 1)[1].split("  ")[0]) for line in dump)


def pattern(lines, about):
    """The lines with `...` for what may differ from run to run."""
    lines = [TIME.sub("...", line) for line in lines]
    return ["..." if re.match(r" *\d", line) else NUMBER.sub("...", line) for line in lines] if about else lines


def run(command, folder):
    """What a command prints; `$ xxd FILE` writes the file first."""
    if command.text.startswith("xxd ") and command.expected:
        (pathlib.Path(folder) / command.text.split()[1]).write_bytes(bytes_of(command.expected))
        return command.expected
    as_on_a_terminal = text.Command(command.line, "export STRATA_OUTPUT=table\n" + command.text, [], 0)
    return text.run_command(as_on_a_terminal, folder, f"{PROGRAMS}:/usr/bin:/bin", folder)


def problems(name):
    """(what the page says wrongly, how many commands it has)."""
    lines = (ROOT / name).read_text(encoding="utf-8").split("\n")
    found, count = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for block in text.fences(name, lines):
            if block.code:
                path, what, _ = block.code
                wanted = text.extract((ROOT / path).read_text(encoding="utf-8"), what)
                if lines[block.first + 1:block.last] != wanted:
                    found.append(f"{name}:{block.first + 1}: this isn't {what} of {path}:\n" + "\n".join(wanted or []))
            if not block.info.startswith("console"):
                continue
            for command in filter(text.runs, text.commands(lines, block)):
                count += 1
                actual = run(command, folder)
                if not text.output_matches(pattern(command.expected, "about" in block.info), actual):
                    found.append(f"{name}:{command.line + 1}: `{command.text}` prints\n" + "\n".join(actual))
    return found, count


@unittest.skipUnless((PROGRAMS / "strata").is_file(), "the program isn't built")
@unittest.skipUnless((ROOT / "lessons/past").is_dir(), "a lesson's tree has fewer verbs than the pages")
class Pages(unittest.TestCase):
    def check(self, name, commands_min):
        found, count = problems(name)
        self.assertEqual("", "\n\n".join(found))
        self.assertGreaterEqual(count, commands_min)

    def test_the_readme_is_true(self):
        self.check("README.md", 8)

    def test_the_walk_through_the_formats_is_true(self):
        self.check("docs/formats.md", 10)


if __name__ == "__main__":
    unittest.main()
