"""Backups of a server that serves, and the stores that come of them. Real processes."""

import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from served import PATIENCE, Server

BUILD = os.environ.get("STRATA_BUILD_DIR", "")
STRATA = pathlib.Path(BUILD) / "bin" / "strata"


@unittest.skipUnless(BUILD and STRATA.exists(), "ctest says where the build is")
class Backups(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def serve(self, *flags):
        server = Server(STRATA, self.folder, "--grpc", "127.0.0.1:0", *flags)
        self.addCleanup(server.kill)
        return server

    def run_strata(self, *words, code=0):
        done = subprocess.run([STRATA, *words], stdin=subprocess.DEVNULL, text=True, capture_output=True, check=False,
                              cwd=self.folder, timeout=3 * PATIENCE)
        self.assertEqual(code, done.returncode, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def test_a_client_asks_for_backups_and_the_server_ships_logs(self):
        server = self.serve("--backup-dir", self.folder / "backups", "--ship-logs", "100ms")
        there = ("--server", server.at("grpc"))
        self.run_strata(*there, "put", "k", "1")
        self.assertIn("backup 1 is of sequence", self.run_strata(*there, "backup", "--name", "first"))
        self.assertIn("give no TARGET", self.run_strata(*there, "backup", "elsewhere", code=2))
        self.run_strata(*there, "put", "k", "2")
        until = time.monotonic() + PATIENCE
        latest = ("restore", "backups", "--time", "2100-01-01T00:00:00Z", "--to")
        for attempt in range(1000):
            self.assertLess(time.monotonic(), until)
            self.run_strata(*latest, f"new{attempt}")
            if self.run_strata("--db", f"new{attempt}", "get", "k") == "2\n":
                break
            time.sleep(0.05)
        self.assertEqual(0, server.terminate())
        self.run_strata("restore", "backups", "--to", "old", "--backup", "first")
        self.assertEqual("1\n", self.run_strata("--db", "old", "get", "k"))
        self.assertNotIn("logs aren't shipped", server.log.read_text())

    def test_without_a_place_a_server_makes_no_backups(self):
        server = self.serve()
        self.assertIn("--backup-dir", self.run_strata("--server", server.at("grpc"), "backup", code=2))
        self.assertIn("--ship-logs needs --backup-dir",
                      self.run_strata("--db", "x", "serve", "--ship-logs", "1s", code=2))


if __name__ == "__main__":
    unittest.main()
