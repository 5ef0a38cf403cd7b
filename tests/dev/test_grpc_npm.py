"""gRPC's client for JavaScript against `strata serve`: see tests/clients/grpc.mjs."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("STRATA_BUILD_DIR", "")
STRATA = pathlib.Path(BUILD) / "bin" / "strata"
CLIENTS = ROOT / "tests/clients"


@unittest.skipUnless(BUILD and STRATA.exists(), "ctest says where the build is")
@unittest.skipUnless((CLIENTS / "grpc.mjs").exists(), "this tree has no such client")
@unittest.skipUnless(shutil.which("node"), "node isn't installed")
@unittest.skipUnless((CLIENTS / "node_modules/@grpc/grpc-js").exists(), "./dev setup test installs the client")
class Client(unittest.TestCase):
    def test_a_client_that_nobody_here_wrote_finds_what_it_looks_for(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        ports = pathlib.Path(folder.name, "ports")
        server = subprocess.Popen([STRATA, "--db", f"{folder.name}/db", "serve", "--redis", "127.0.0.1:0",
                                   "--grpc", "127.0.0.1:0", "--ports-file", ports], stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (server.kill(), server.wait()))
        until = time.monotonic() + 20
        while not ports.exists() and server.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        port = json.loads(ports.read_text())["grpc"]
        run = subprocess.run(["node", CLIENTS / "grpc.mjs", str(port)], text=True, capture_output=True, timeout=60,
                             check=False)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        self.assertTrue(run.stdout.endswith("done\n"), run.stdout)
        server.terminate()
        self.assertEqual(0, server.wait(20))


if __name__ == "__main__":
    unittest.main()
