#!/usr/bin/env python3
"""Runs a program against a server of its own.
usage: with_server.py STRATA PROGRAM [ARGUMENT...]   PROGRAM is given HOST:PORT of the gRPC front, last
"""

import contextlib
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE = 20  # Seconds that nothing takes, even where the processor is shared.


class Server:
    """`strata serve` on a store in a folder; by port 0, as tests run side by side."""

    def __init__(self, strata, folder, *flags):
        ports = pathlib.Path(folder, "ports")
        ports.unlink(missing_ok=True)
        self.log = pathlib.Path(folder, "server.log")
        with self.log.open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [strata, "--db", pathlib.Path(folder, "served"), "serve", "--redis", "127.0.0.1:0",
                 "--grpc", "127.0.0.1:0", "--ports-file", ports, *flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE
        while not ports.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"the server doesn't start: {self.log.read_text()}")
            time.sleep(0.01)
        self.ports = json.loads(ports.read_text())
        self.address = f"127.0.0.1:{self.ports['grpc']}"

    def terminate(self):
        """The exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self):
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def serving(strata, *flags):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(strata, folder, *flags)
        try:
            yield server
        finally:
            server.kill()


def main(strata, program, *arguments):
    with serving(strata) as server:
        return subprocess.run([program, *arguments, server.address], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
