"""The program with its standard streams closed: what it would print goes into no file of the store."""

import os
import pathlib
import subprocess
import tempfile
import unittest

BUILD = os.environ.get("STRATA_BUILD_DIR", "")
STRATA = pathlib.Path(BUILD) / "bin" / "strata"


@unittest.skipUnless(BUILD and STRATA.exists(), "ctest says where the build is")
class ClosedStreams(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def shell(self, command):
        return subprocess.run(["bash", "-c", command], cwd=self.folder, text=True, capture_output=True, check=False,
                              env={**os.environ, "PATH": f"{STRATA.parent}:{os.environ['PATH']}"})

    def test_nothing_is_printed_into_the_store(self):
        self.assertEqual(0, self.shell("strata --db d put a 1").returncode)
        for closed in ("<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"):
            for verb in ("get a", "get nothing", "put b 2", "nonsense"):
                self.shell(f"strata --db d {verb} {closed}")
        verified = self.shell("strata --db d verify")
        self.assertEqual(0, verified.returncode, verified.stderr)
        self.assertEqual("1\n", self.shell("strata --db d get a").stdout)

    def test_output_that_goes_nowhere_is_an_error(self):
        self.shell("strata --db d put a 1")
        self.assertNotEqual(0, self.shell("strata --db d scan >&-").returncode)


if __name__ == "__main__":
    unittest.main()
