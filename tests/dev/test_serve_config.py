"""How `strata serve` is set up, told to change, and ended."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from served import PATIENCE, Server, ask

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "infra/systemd/strata.service"
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


class Reading(Serving):
    """A file of settings, and SIGHUP."""

    def setUp(self):
        super().setUp()
        self.file = self.folder / "strata.toml"

    def begin(self, text, *flags):
        self.file.write_text(text)
        return self.serve("--grpc", "none", "--http", "none", *flags, store=("--config", self.file))

    @staticmethod
    def lines(server):
        return [json.loads(line) for line in server.log.read_text().splitlines()]

    def reload(self, server, text):
        """The lines of the log that it led to; the last of them says how it ended."""
        before = len(self.lines(server))
        self.file.write_text(text)
        server.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            new = self.lines(server)[before:]
            if new and new[-1]["message"].startswith(("settings read again", "the settings stay")):
                return new
            time.sleep(0.01)
        raise AssertionError(server.log.read_text())

    @staticmethod
    def option(server, name):
        return ask(server.ports["redis"], f"CONFIG GET {name}\r\n", 5).split("\r\n")[4]

    def test_a_signal_changes_what_can_be_changed_and_names_the_rest(self):
        server = self.begin("cache = '1MiB'\n[serve]\nslow-log = '1s'\n", "--idle", "1h")
        self.assertEqual("1000000", self.option(server, "slowlog-log-slower-than"))
        new = self.reload(server, "cache = '2MiB'\n[serve]\nslow-log = '2s'\nconnections-max = 77\nidle = '1s'\nloops = 2\n")
        self.assertEqual(["cache", "loops"], [line["option"] for line in new[:-1]])
        self.assertEqual({"option": "cache", "now": "1MiB", "then": "2MiB"}, {k: new[0][k] for k in ("option", "now", "then")})
        self.assertEqual("connections-max,slow-log", new[-1]["changed"])
        self.assertEqual("2000000", self.option(server, "slowlog-log-slower-than"))
        self.assertEqual("77", self.option(server, "maxclients"))
        self.assertEqual("3600", self.option(server, "timeout"))  # The flag counts more.
        new = self.reload(server, "cache = '1MiB'\n")  # What is gone from it has its default again.
        self.assertEqual("connections-max,slow-log", new[-1]["changed"])
        self.assertEqual("10000", self.option(server, "maxclients"))
        self.assertEqual(0, server.terminate())

    def test_a_limit_that_is_lowered_holds_for_the_next_who_comes(self):
        server = self.begin("")
        with socket.create_connection(("127.0.0.1", server.ports["redis"])) as first:
            self.reload(server, "[serve]\nconnections-max = 1\n")
            with socket.create_connection(("127.0.0.1", server.ports["redis"])) as second:
                self.assertIn(b"connections_max is 1", second.recv(4096))
            first.sendall(b"PING\r\n")
            self.assertEqual(b"+PONG\r\n", first.recv(4096))

    def test_a_wrong_file_changes_nothing(self):
        server = self.begin("[serve]\nslow-log = '1s'\n")
        new = self.reload(server, "[serve]\nslow-log = '2s'\nidel = '1s'\n")
        self.assertEqual(["error"], [line["level"] for line in new])
        self.assertIn(f"{self.file}:3: unknown key idel; did you mean \"idle\"?", new[0]["error"])
        self.assertEqual("1000000", self.option(server, "slowlog-log-slower-than"))
        self.assertEqual("slow-log", self.reload(server, "[serve]\nslow-log = '2s'\n")[-1]["changed"])

    def test_what_was_set_by_config_set_is_kept(self):
        server = self.begin("")
        ask(server.ports["redis"], "CONFIG SET slowlog-log-slower-than 77\r\n")
        self.assertEqual("idle", self.reload(server, "[serve]\nidle = '1h'\n")[-1]["changed"])
        self.assertEqual("77", self.option(server, "slowlog-log-slower-than"))

    def test_the_log_can_be_made_quiet_and_to_talk_again(self):
        server = self.begin("")
        self.file.write_text("[serve]\nlog-level = 'error'\nslow-log = '1s'\n")
        server.process.send_signal(signal.SIGHUP)
        while self.option(server, "slowlog-log-slower-than") != "1000000":
            time.sleep(0.01)
        self.assertEqual("serving", self.lines(server)[-1]["message"])
        self.assertEqual("slow-log,log-level", self.reload(server, "")[-1]["changed"])


class Manager:
    """What systemd is to a service: a socket that it tells what it does."""

    def __init__(self, address):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(PATIENCE)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.variables = {"NOTIFY_SOCKET": address}

    def hear(self):
        return self._socket.recv(4096).decode()

    def hear_until(self, begin):
        while not (text := self.hear()).startswith(begin):
            pass
        return text

    def close(self):
        self._socket.close()


class Managed(Serving):
    def begin(self, address, *flags, **variables):
        manager = Manager(address)
        self.addCleanup(manager.close)
        file = self.folder / "strata.toml"
        file.write_text("")
        os.environ.update({**manager.variables, **variables})
        try:
            return manager, self.serve("--grpc", "none", "--http", "none", *flags, store=("--config", file))
        finally:
            for name in {**manager.variables, **variables}:
                del os.environ[name]

    def test_its_life_is_told(self):
        for address in (str(self.folder / "notify"), f"@strata-test-{os.getpid()}"):
            manager, server = self.begin(address)
            self.assertEqual("STATUS=opening the store", manager.hear())
            ready = f"READY=1\nSTATUS=redis 127.0.0.1:{server.ports['redis']}, grpc none, http none"
            self.assertEqual(ready, manager.hear())
            before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            server.process.send_signal(signal.SIGHUP)
            reloading = re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", manager.hear())
            self.assertTrue(before <= int(reloading[1]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
            self.assertEqual(ready, manager.hear())
            self.assertEqual(0, server.terminate())
            self.assertTrue(manager.hear().startswith("STOPPING=1\n"))

    def test_a_watchdog_hears_of_it_for_as_long_as_the_loops_come_round(self):
        manager, server = self.begin(f"@strata-test-{os.getpid()}-dog", "--loops", "2", WATCHDOG_USEC="300000")
        for _ in range(3):
            self.assertEqual("WATCHDOG=1", manager.hear_until("WATCHDOG"))
        self.assertEqual(0, server.terminate())

    def test_nobody_at_the_socket_is_no_reason_to_end(self):
        os.environ["NOTIFY_SOCKET"] = str(self.folder / "nobody")
        self.addCleanup(os.environ.pop, "NOTIFY_SOCKET")
        server = self.serve("--grpc", "none", "--http", "none")
        self.assertEqual("+PONG\r\n", ask(server.ports["redis"], "PING\r\n"))
        self.assertEqual(0, server.terminate())
        self.assertIn("the service manager isn't told", server.log.read_text())


class Unit(Serving):
    def test_its_settings_are_right(self):
        run = subprocess.run([STRATA, "--config", ROOT / "infra/systemd/strata.toml", "serve", "--check-config"],
                             text=True, capture_output=True, timeout=PATIENCE, check=False)
        self.assertEqual((0, "ok\n", ""), (run.returncode, run.stdout, run.stderr))

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze isn't installed")
    def test_systemd_finds_nothing_to_complain_about(self):
        unit = self.folder / "strata.service"
        unit.write_text(UNIT.read_text().replace("/usr/local/bin/strata", str(STRATA.resolve())))
        run = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], text=True, capture_output=True, timeout=60, check=False)
        self.assertEqual((0, "", ""), (run.returncode, run.stdout, run.stderr))


if __name__ == "__main__":
    unittest.main()
