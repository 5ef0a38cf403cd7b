"""`strata serve` from outside: by the tools that come with Redis, by sockets that behave and by those
that don't, and with its process killed under load."""

import contextlib
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from served import PATIENCE, Server

BUILD = os.environ.get("STRATA_BUILD_DIR", "")
STRATA = pathlib.Path(BUILD) / "bin" / "strata"


class RedisServer(Server):
    def __init__(self, folder, *flags, sync="interval"):
        super().__init__(STRATA, folder, *flags, store=("--sync", sync))

    @property
    def port(self):
        return self.ports["redis"]

    def connect(self):
        return Connection(self.port)


class Connection:
    """Just as much of the protocol as the tests need."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.replies = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.replies.close()
        self.socket.close()

    def send(self, *words):
        self.socket.sendall(request(*words))

    def read(self):
        line = self.replies.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("closed")
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self.replies.read(size + 2)[:size]
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        return int(rest) if kind == b":" else line[:-2]

    def call(self, *words):
        self.send(*words)
        return self.read()


def request(*words):
    encoded = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)


@unittest.skipUnless(BUILD and STRATA.exists(), "ctest says where the build is")
class WithStore(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="strata-redis-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def serve(self, *flags, sync="interval"):
        server = RedisServer(self.folder, *flags, sync=sync)
        self.addCleanup(server.kill)
        return server

    def eventually(self, condition, what):
        until = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), until, what)
            time.sleep(0.02)


@unittest.skipUnless(shutil.which("redis-cli"), "redis-cli isn't installed")
class RedisCli(WithStore):
    def cli(self, server, *words, given=""):
        run = subprocess.run(["redis-cli", "-p", str(server.port), *words], input=given, text=True, capture_output=True,
                             timeout=PATIENCE, check=False)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        return run.stdout

    def test_single_commands_and_a_session(self):
        server = self.serve()
        self.assertEqual("PONG\n", self.cli(server, "PING"))
        self.assertEqual("OK\n", self.cli(server, "SET", "a", "some words"))
        self.assertEqual("some words\n", self.cli(server, "GET", "a"))
        self.assertEqual("some words\n", self.cli(server, "-3", "GET", "a"))
        self.assertIn("unknown command", self.cli(server, "NOSUCH", "a"))
        lines = self.cli(server, given="SET b 1\nINCR b\nMULTI\nGET b\nEXEC\nSELECT 1\nGET b\n").split("\n")
        self.assertEqual(["OK", "2", "OK", "QUEUED", "2", "OK", ""], lines[:7])

    def test_what_walks_over_all_keys(self):
        server = self.serve()
        pipe = "".join(f"SET key:{i} {i}\r\n" for i in range(10_000))
        said = self.cli(server, "--pipe", given=pipe)
        self.assertIn("errors: 0, replies: 10000", said)
        self.assertEqual("10000\n", self.cli(server, "DBSIZE"))
        self.assertEqual("OK\n", self.cli(server, "SET", "big", "x" * 5000))
        self.assertEqual(sorted(f"key:{i}" for i in range(10_000) if i % 10 == 7),
                         sorted(set(self.cli(server, "--scan", "--pattern", "key:*7").split())))
        biggest = self.cli(server, "--bigkeys")
        self.assertRegex(biggest, r"Biggest string found .*big.* has 5000 bytes")
        self.assertIn("Sampled 10001 keys", biggest)

    def test_latency_is_measured(self):
        run = subprocess.run(["redis-cli", "-p", str(self.serve().port), "--latency", "-i", "1", "--raw"], text=True,
                             capture_output=True, timeout=PATIENCE, check=False)
        self.assertRegex(run.stdout, r"^\d+ \d+ [\d.]+ \d+")


@unittest.skipUnless(shutil.which("redis-benchmark"), "redis-benchmark isn't installed")
class RedisBenchmark(WithStore):
    def test_it_runs_without_an_error(self):
        run = subprocess.run(["redis-benchmark", "-p", str(self.serve().port), "-q", "-n", "2000", "-t", "set,get,incr",
                              "-P", "16"], text=True, capture_output=True, timeout=PATIENCE, check=False)
        said = run.stdout + run.stderr
        self.assertEqual(0, run.returncode, said)
        self.assertNotRegex(said.lower(), r"err|warning|fail")
        for name in ("SET", "GET", "INCR"):
            self.assertRegex(said, rf"{name}: [\d.]+ requests per second")


class Writer(threading.Thread):
    """Counts one key up and sets another, sixteen requests at a time, until the server is gone."""

    def __init__(self, port, number, sent, counted):
        super().__init__()
        self.port, self.name_of_count, self.name_of_value = port, f"count:{number}", f"value:{number}"
        self.sent = sent  # The last value sent so far,
        self.acknowledged = 0  # and acknowledged.
        self.counts_sent = self.counted = counted
        self.replies = 0
        self.wrong = []

    def run(self):
        with contextlib.suppress(OSError), Connection(self.port) as connection:
            while True:
                first = self.sent + 1
                self.sent += 8
                self.counts_sent += 8
                connection.socket.sendall(b"".join(request("INCR", self.name_of_count) +
                                                   request("SET", self.name_of_value, value)
                                                   for value in range(first, first + 8)))
                for value in range(first, first + 8):
                    count = connection.read()
                    if count != self.counted + 1:
                        self.wrong.append(f"INCR said {count} after {self.counted}")
                    self.counted = count
                    if (said := connection.read()) != b"+OK":
                        self.wrong.append(f"SET said {said}")
                    self.acknowledged = value
                    self.replies += 2


class Killed(WithStore):
    def test_kill_9_loses_nothing_that_was_acknowledged(self):
        counted, sent = [0] * 4, [0] * 4
        for _ in range(3):
            server = self.serve(sync="always")
            writers = [Writer(server.port, i, sent[i], counted[i]) for i in range(4)]
            for writer in writers:
                writer.start()
            self.eventually(lambda: all(writer.replies >= 100 for writer in writers), "writes are acknowledged")
            time.sleep(0.2)
            server.kill()
            for writer in writers:
                writer.join(PATIENCE)
                self.assertFalse(writer.is_alive())
                self.assertEqual([], writer.wrong)
            server = self.serve(sync="always")
            with server.connect() as connection:
                for i, writer in enumerate(writers):
                    count = int(connection.call("GET", writer.name_of_count))
                    value = int(connection.call("GET", writer.name_of_value))
                    self.assertLessEqual(writer.counted, count)
                    self.assertLessEqual(count, writer.counts_sent)
                    self.assertLessEqual(writer.acknowledged, value)
                    self.assertLessEqual(value, writer.sent)
                    counted[i], sent[i] = count, writer.sent
            server.kill()

    def test_sigterm_answers_what_was_begun_and_keeps_it(self):
        server = self.serve()
        with server.connect() as waits, server.connect() as writes:
            waits.send("DEBUG", "SLEEP", "0.4")
            self.eventually(lambda: b"cmd=debug" in writes.call("CLIENT", "LIST"), "it sleeps")
            self.assertEqual(b"+OK", writes.call("SET", "a", "1"))
            self.assertEqual(0, server.terminate())
            self.assertEqual(b"+OK", waits.read())
            self.assertEqual(b"", waits.replies.read())
        with self.serve().connect() as connection:
            self.assertEqual(b"1", connection.call("GET", "a"))


class WrongStarts(WithStore):
    def start(self, code, says, *flags, db="other"):
        # Fronts that nobody asks for say so if another server has their ports.
        alone = {**os.environ, "STRATA_SERVE_GRPC": "none", "STRATA_SERVE_HTTP": "none"}
        run = subprocess.run([STRATA, "--db", f"{self.folder}/{db}", "serve", *flags], text=True, capture_output=True,
                             timeout=PATIENCE, check=False, env=alone)
        self.assertEqual((code, "", 1), (run.returncode, run.stdout, run.stderr.count("\n")), run.stderr)
        self.assertRegex(run.stderr, rf"^strata: .*{says}")

    def test_each_is_one_line_and_a_code(self):
        server = self.serve()
        self.start(7, "the port is taken", "--redis", f"127.0.0.1:{server.port}")
        self.start(7, f"process {server.process.pid} has the store open", "--redis", "127.0.0.1:0", db="db")
        self.start(2, "say --insecure", "--redis", "0.0.0.0:0")
        for address in ("nonsense", "127.0.0.1", "127.0.0.1:65536", "::1"):
            with self.subTest(address=address):
                self.start(2, "is no address", "--redis", address)
        with server.connect() as connection:
            self.assertEqual(b"+PONG", connection.call("PING"))


class BadClients(WithStore):
    def assert_lives(self, server):
        start = time.monotonic()
        with server.connect() as connection:
            self.assertEqual(b"+PONG", connection.call("PING"))
        self.assertLess(time.monotonic() - start, PATIENCE / 2)

    def test_what_is_no_request_gets_an_error_and_the_connection_ends(self):
        server = self.serve()
        for garbage in (b"*1\r\nPING\r\n", b"*99999999999\r\n", b"*1\r\n$-5\r\n", b"*2\r\n:1\r\n", b"*x\r\n",
                        b"*1\r\n$99999999999\r\n", b"'unbalanced\r\n", b"x" * 100_000):
            with self.subTest(garbage=garbage[:20]), server.connect() as connection:
                connection.socket.sendall(garbage)
                self.assertTrue(connection.read().startswith(b"-ERR Protocol error"))
                with contextlib.suppress(ConnectionResetError):
                    self.assertEqual(b"", connection.replies.read())
        for noise in (b"\x00\xff\x01\xfe\r\n", b"\x16\x03\x01\x02\x00\x01\r\n"):
            with self.subTest(noise=noise), server.connect() as connection:
                connection.socket.sendall(noise)
                self.assertTrue(connection.read().startswith(b"-"))
        self.assert_lives(server)

    def test_what_a_browser_sends_for_a_page_is_not_carried_out(self):
        server = self.serve()
        for head in (b"POST / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n"):
            with self.subTest(head=head), server.connect() as connection:
                connection.socket.sendall(head + b"\r\nSET planted 1\r\n")
                with contextlib.suppress(ConnectionResetError):
                    self.assertNotIn(b"+OK", connection.replies.read())
        with server.connect() as connection:
            self.assertEqual(0, connection.call("EXISTS", "planted"))

    def test_half_a_request_and_gone(self):
        server = self.serve()
        whole = request("SET", "a", "x" * 1000)
        with server.connect() as watcher:
            for size in (1, 3, 9, 20, len(whole) // 2, len(whole) - 1):
                with server.connect() as connection:
                    connection.socket.sendall(whole[:size])
            self.eventually(lambda: watcher.call("CLIENT", "LIST").count(b"\n") == 1, "the others are gone")
            self.assertIsNone(watcher.call("GET", "a"))

    def test_who_reads_no_replies_holds_nobody_up_and_is_closed(self):
        server = self.serve("--stuck", "500ms")
        with server.connect() as connection, server.connect() as deaf:
            connection.call("SET", "a", "x" * 100_000)
            self.assertEqual(b"+OK", deaf.call("CLIENT", "SETNAME", "deaf"))
            deaf.socket.sendall(request("GET", "a") * 2000)
            for _ in range(50):
                start = time.monotonic()
                self.assertEqual(100_000, connection.call("STRLEN", "a"))
                self.assertLess(time.monotonic() - start, 5)
            status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
            self.assertLess(int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]), 150_000)  # Of 200 MB of replies.
            self.eventually(lambda: b"name=deaf" not in connection.call("CLIENT", "LIST"), "it is closed")

    def test_a_thousand_that_say_nothing(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < 2048:
            self.skipTest("too few files may be open")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        server = self.serve()
        with contextlib.ExitStack() as stack:
            idle = [stack.enter_context(server.connect()) for _ in range(1000)]
            with server.connect() as connection:
                for i in range(200):
                    self.assertEqual(b"+OK", connection.call("SET", f"key:{i}", i))
                said = connection.call("INFO", "clients")
                self.assertIn(b"connected_clients:1001", said)
            for connection in idle[::100]:
                self.assertEqual(b"+PONG", connection.call("PING"))
            self.assertEqual(0, server.terminate())
            self.assertEqual(b"", idle[5].replies.read())


if __name__ == "__main__":
    unittest.main()
