"""How `strata serve` is set up, told to change, and ended."""

import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

from served import PATIENCE, Server, ask

BUILD = os.environ.get("STRATA_BUILD_DIR", "")
STRATA = pathlib.Path(BUILD) / "bin" / "strata"


@unittest.skipUnless(BUILD and STRATA.exists(), "ctest says where the build is")
class Serving(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def serve(self, *flags, store=()):
        server = Server(STRATA, self.folder, *flags, store=store)
        self.addCleanup(server.kill)
        return server

    def refuse(self, *flags):
        """Exit code and the one line that says why."""
        run = subprocess.run([STRATA, "--db", self.folder / "db", "serve", *flags], text=True, capture_output=True,
                             timeout=PATIENCE, check=False)
        self.assertEqual(1, run.stderr.count("\n"), run.stderr)
        return run.returncode, run.stderr

    def nothing_is_left(self):
        self.assertEqual([], sorted(path.name for path in self.folder.iterdir()))


class Beginning(Serving):
    def test_a_taken_port_makes_no_store(self):
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = f"127.0.0.1:{taken.getsockname()[1]}"
        for flags in (("--redis", port), ("--redis", "127.0.0.1:0", "--http", port)):
            code, why = self.refuse(*flags)
            self.assertEqual(7, code)
            self.assertIn(f"listening at {port}: the port is taken", why)
            self.nothing_is_left()

    def test_a_folder_is_no_ports_file(self):
        with tempfile.TemporaryDirectory() as elsewhere:
            code, why = self.refuse("--redis", "127.0.0.1:0", "--ports-file", f"{elsewhere}/")
            self.assertEqual(2, code)
            self.assertIn("--ports-file", why)
            self.assertEqual([], os.listdir(elsewhere))
        self.nothing_is_left()

    def test_no_connection_at_all_is_no_limit(self):
        code, why = self.refuse("--connections-max", "0")
        self.assertEqual(2, code)
        self.assertIn("--connections-max: '0' isn't a number from 1", why)


class Ending(Serving):
    def test_shutdown_ends_it_as_a_signal_does(self):
        server = self.serve("--grpc", "none", "--http", "none")
        self.assertEqual("+OK\r\n", ask(server.ports["redis"], "SET k v\r\n"))
        with socket.create_connection(("127.0.0.1", server.ports["redis"])) as client:
            client.sendall(b"SET k w\r\nSHUTDOWN NOSAVE\r\n")
            got = b""
            while piece := client.recv(1 << 16):
                got += piece
        self.assertEqual(b"+OK\r\n", got)
        self.assertEqual(0, server.process.wait(PATIENCE))
        self.assertIn('"message":"stopped"', server.log.read_text())
        server.start()
        self.assertEqual("$1\r\nw\r\n", ask(server.ports["redis"], "GET k\r\n", 2))


if __name__ == "__main__":
    unittest.main()
