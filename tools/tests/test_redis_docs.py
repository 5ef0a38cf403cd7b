"""docs/redis.md has each command of the Redis front, with the summary that COMMAND DOCS gives."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ENTRY = re.compile(r'\{"([a-z|-]+)",\s*-?\d+,\s*([^{]*?),\s*(?:\{[^}]*\}|k\w+),\s*"(\w+)",\s*"[\d.]+",\s*((?:"[^"]*"\s*)+),')


class RedisDocs(unittest.TestCase):
    def test_page_and_table_say_the_same(self):
        sources = sorted((ROOT / "src/resp").glob("*.cc"))
        if not sources:
            self.skipTest("there is no Redis front in this tree")
        commands = {}
        for path in sources:
            for name, flags, _, summary in ENTRY.findall(path.read_text()):
                if "kContainer" not in flags or name == "command":
                    commands[name.replace("|", " ").upper()] = "".join(re.findall(r'"([^"]*)"', summary))
        self.assertGreater(len(commands), 80)
        page = (ROOT / "docs/redis.md").read_text()
        rows = dict(re.findall(r"^\| `([A-Z -]+)` \| (.*) \|$", page, re.M))
        self.assertEqual(rows, commands)


if __name__ == "__main__":
    unittest.main()
