"""The floor under the lines that tests run."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import coverage  # noqa: E402


def summary(**modules):
    return {"files": [{"filename": f"src/{module}/a.cc", "line_covered": ran, "line_total": total}
                      for module, (ran, total) in modules.items()]}


class Coverage(unittest.TestCase):
    def run_on(self, data):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "summary.json"
            path.write_text(json.dumps(data))
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = coverage.main([str(path)])
        return status, out.getvalue() + err.getvalue()

    def test_files_add_up_to_modules(self):
        data = summary(wal=(9, 10))
        data["files"] += [{"filename": "src/wal/b.cc", "line_covered": 1, "line_total": 10},
                          {"filename": "tests/wal/x.cc", "line_covered": 0, "line_total": 99}]
        self.assertEqual(coverage.by_module(data), {"wal": (10, 20)})

    def test_a_storage_module_below_the_floor_fails(self):
        good = {module: (95, 100) for module in coverage.STORAGE}
        self.assertEqual(self.run_on(summary(**good, cli=(10, 100)))[0], 0)
        status, said = self.run_on(summary(**{**good, "wal": (89, 100)}))
        self.assertEqual(status, 1)
        self.assertIn("below 90 % of lines in wal", said)
        self.assertIn("TOO LOW", said)

    def test_a_module_that_was_not_measured_fails(self):
        good = {module: (95, 100) for module in coverage.STORAGE if module != "sst"}
        self.assertEqual(self.run_on(summary(**good))[0], 1)
        self.assertIn("sst", self.run_on(summary(**good))[1])


if __name__ == "__main__":
    unittest.main()
