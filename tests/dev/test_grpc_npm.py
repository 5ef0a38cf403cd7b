"""gRPC's client for JavaScript against `strata serve`: see tests/clients/grpc.mjs."""

import os
import pathlib
import shutil
import subprocess
import unittest

from served import serving

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("STRATA_BUILD_DIR", "")
STRATA = pathlib.Path(BUILD) / "bin" / "strata"
CLIENTS = ROOT / "tests/clients"


@unittest.skipUnless(BUILD and STRATA.exists(), "ctest says where the build is")
@unittest.skipUnless(shutil.which("node"), "node isn't installed")
@unittest.skipUnless((CLIENTS / "node_modules/@grpc/grpc-js").exists(), "./dev setup test installs the client")
class Client(unittest.TestCase):
    def test_a_client_that_nobody_here_wrote_finds_what_it_looks_for(self):
        server = self.enterContext(serving(STRATA, "--grpc", "127.0.0.1:0"))
        run = subprocess.run(["node", CLIENTS / "grpc.mjs", str(server.ports["grpc"])], text=True, capture_output=True, timeout=60,
                             check=False)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        self.assertTrue(run.stdout.endswith("done\n"), run.stdout)
        self.assertEqual(0, server.terminate())


if __name__ == "__main__":
    unittest.main()
