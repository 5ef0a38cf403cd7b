"""The dashboard of `strata serve` in headless Chromium: see tests/browser/dashboard.mjs, which looks."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time
import unittest

from served import ask, serving

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("STRATA_BUILD_DIR", "")
STRATA = pathlib.Path(BUILD) / "bin" / "strata"
BROWSER = ROOT / "tests/browser"


class LockFile(unittest.TestCase):
    def test_versions_are_exact_and_no_registry_is_named(self):
        for version in json.loads((BROWSER / "package.json").read_text())["dependencies"].values():
            self.assertRegex(version, r"^\d+\.\d+\.\d+$")
        for name, package in json.loads((BROWSER / "package-lock.json").read_text())["packages"].items():
            self.assertNotIn("resolved", package, name)
            if name:
                self.assertTrue(package["integrity"].startswith("sha512-"), name)


@unittest.skipUnless(BUILD and STRATA.exists(), "ctest says where the build is")
@unittest.skipUnless(shutil.which("node") and shutil.which("chromium"), "node or chromium isn't installed")
@unittest.skipUnless((BROWSER / "node_modules/playwright-core").exists(), "./dev setup test installs what drives it")
class Dashboard(unittest.TestCase):
    def test_it_shows_what_happens_and_asks_nobody_else(self):
        server = self.enterContext(serving(STRATA, "--http", "127.0.0.1:0", "--browse", store=("--memtable", "64KiB")))
        ports = server.ports
        ask(ports["redis"], "CONFIG SET slowlog-log-slower-than 1000\r\nDEBUG SLEEP 0.005\r\n", 2)
        writer = subprocess.Popen(["python3", "-c", f"""
import socket, time
with socket.create_connection(("127.0.0.1", {ports['redis']})) as c:
    n = 0
    while True:
        c.sendall(b"".join(b"SET city/%06d %s\\r\\nGET city/%06d\\r\\n" % (n + i, b"v" * 200, n + i) for i in range(50)))
        n = (n + 50) % 20000
        c.recv(1 << 16)
        time.sleep(0.02)
"""])
        self.addCleanup(lambda: (writer.kill(), writer.wait()))
        pictures = os.environ.get("STRATA_PICTURES")
        run = subprocess.run(["node", BROWSER / "dashboard.mjs", shutil.which("chromium"), f"http://127.0.0.1:{ports['http']}/",
                              *([pictures] if pictures else [])], text=True, capture_output=True, timeout=240, check=False)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        seen = json.loads(run.stdout)
        self.assertEqual([], seen["errors"])
        self.assertEqual([], seen["outside"])
        self.assertIn("redis read", seen["durations"])
        self.assertIn("redis write", seen["durations"])
        self.assertRegex(seen["tree"], r"memtable\s+[\d.]+ KiB")
        levels = re.findall(r"level (\d)", seen["tree"])
        self.assertIn("0", levels)
        self.assertEqual(sorted(levels), levels)
        self.assertRegex(seen["events"], "flush begins|flushed")
        self.assertIn("debug|sleep", seen["slow"].lower().replace(" ", "|"))
        self.assertIn("a flush wasn't done", seen["stalls"])
        self.assertIn("blocks that the cache had", seen["cache"])
        # By keyboard alone: all that can be used is reached, is seen to be reached, and works.
        reached = [name for name, _, _ in seen["focused"]]
        for name in ("skip", "events", "prefix", "table"):
            self.assertIn(name, reached)
        self.assertEqual([], [at for at in seen["focused"] if at[1] == "none"], "focus that can't be seen")
        self.assertIn("city/", seen["keys"])
        self.assertEqual("v" * 200, seen["value"])
        self.assertTrue(seen["opened"])
        self.assertEqual([], seen["poor"], "text with too little contrast")
        self.assertEqual([], seen["overflow"], "wider than the screen")
        self.assertEqual(0, server.terminate())


if __name__ == "__main__":
    unittest.main()
