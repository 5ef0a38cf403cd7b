"""`strata serve` as tests start it: on a store in a folder, and by port 0, as they run side by side."""

import contextlib
import json
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

PATIENCE = 20  # Seconds that nothing takes, even where the processor is shared.


class Server:
    """On FOLDER/db. `store` are flags of the store, which stand before the verb."""

    def __init__(self, strata, folder, *flags, store=()):
        self.log = pathlib.Path(folder, "server.log")
        self._ports_file = pathlib.Path(folder, "ports")
        self._command = [strata, "--db", pathlib.Path(folder, "db"), *store, "serve", "--redis", "127.0.0.1:0",
                         "--ports-file", self._ports_file, *flags]
        self.start()

    def start(self):
        """Also again, on what was served before."""
        self._ports_file.unlink(missing_ok=True)
        with self.log.open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE
        while not self._ports_file.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"the server doesn't start: {self.log.read_text()}")
            time.sleep(0.01)
        self.ports = json.loads(self._ports_file.read_text())

    def at(self, front):
        return f"127.0.0.1:{self.ports[front]}"

    def terminate(self):
        """The exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self):
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def serving(strata, *flags, store=()):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(strata, folder, *flags, store=store)
        try:
            yield server
        finally:
            server.kill()


def ask(port, text, replies=1):
    """Sends lines of the Redis protocol, and waits for so many replies of one line."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(text.encode())
        got = b""
        while got.count(b"\r\n") < replies:
            got += connection.recv(1 << 16)
        return got.decode()
