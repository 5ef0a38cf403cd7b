"""Redis clients of npm against `strata serve`: ioredis and redis, see tests/clients/redis.mjs."""

import json
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


class LockFile(unittest.TestCase):
    def test_versions_are_exact_and_no_registry_is_named(self):
        for version in json.loads((CLIENTS / "package.json").read_text())["dependencies"].values():
            self.assertRegex(version, r"^\d+\.\d+\.\d+$")
        packages = json.loads((CLIENTS / "package-lock.json").read_text())["packages"]
        for name, package in packages.items():
            self.assertNotIn("resolved", package, name)
            if name:
                self.assertTrue(package["integrity"].startswith("sha512-"), name)


@unittest.skipUnless(BUILD and STRATA.exists(), "ctest says where the build is")
@unittest.skipUnless(shutil.which("node"), "node isn't installed")
@unittest.skipUnless((CLIENTS / "node_modules/redis").exists(), "./dev setup test installs the clients")
class Clients(unittest.TestCase):
    def test_both_clients_find_what_they_look_for(self):
        server = self.enterContext(serving(STRATA))
        run = subprocess.run(["node", CLIENTS / "redis.mjs", str(server.ports["redis"])], text=True, capture_output=True, timeout=60,
                             check=False)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        self.assertTrue(run.stdout.endswith("done\n"), run.stdout)
        self.assertEqual(0, server.terminate())


if __name__ == "__main__":
    unittest.main()
