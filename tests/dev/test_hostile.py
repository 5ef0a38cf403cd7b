"""`strata serve` and clients that mean harm: lengths that can't be, floods, bytes one by one, replies
that nobody reads, protocols on the wrong port. After each of them the server must still be there,
answer another client at once, have taken no memory to speak of, and have said no or closed the
connection where it should.

A case is a function of the server that returns the sockets which it leaves open, so that what they
hold is counted."""

import dataclasses
import pathlib
import socket
import struct
import tempfile
import time
import unittest

from served import PATIENCE
from test_redis_clients import RedisServer, request

GROWTH_MAX_KIB = 24 << 10  # For one case: a few buffers, and what an allocator keeps.
ANSWER_SECONDS = 5  # What a healthy client waits at most, on a machine that is busy.
BULK = 1 << 20


@dataclasses.dataclass
class Case:
    name: str
    front: str
    sent: object  # Bytes, or a function of the socket.
    told: object = b""  # In what it gets; or a function of it.
    closed: bool = False
    growth_max_kib: int = GROWTH_MAX_KIB


def bulk(word):
    return b"$%d\r\n%s\r\n" % (len(word), word)


def trickle(data):
    def send(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(len(data)):
            connection.sendall(data[at:at + 1])
    return send


def flood(data, times):
    """Until the server takes no more, or closes."""
    def send(connection):
        connection.settimeout(0.5)
        try:
            for _ in range(times):
                connection.sendall(data)
        except (TimeoutError, ConnectionError):
            pass
    return send


# --- HTTP/2, as much of it as an attack needs ------------------------------------------------------

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4


def frame(kind, payload=b"", flags=0, stream=0, length=None):
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def literal(name, value):
    """A header that isn't indexed, of less than 127 bytes each."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def call_headers(path=b"/strata.v1.KV/Get", more=b""):
    fields = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path), (b":authority", b"localhost"),
              (b"content-type", b"application/grpc"), (b"te", b"trailers")]
    return b"".join(literal(*field) for field in fields) + more


OPENED = PREFACE + frame(SETTINGS)


def call(stream, message, flags=END_STREAM, compressed=0, length=None):
    size = len(message) if length is None else length
    return (frame(HEADERS, call_headers(), END_HEADERS, stream)
            + frame(DATA, struct.pack(">BI", compressed, size) + message, flags, stream))


def answered(got):
    """The first call has ended: by headers or by a reset."""
    while len(got) >= 9:
        size, kind, stream = int.from_bytes(got[:3], "big"), got[3], int.from_bytes(got[5:9], "big")
        if stream == 1 and kind in (HEADERS, RESET):
            return True
        got = got[9 + size:]
    return False


def rapid_reset(count):
    return b"".join(frame(HEADERS, call_headers(), END_HEADERS, stream) + frame(RESET, b"\0\0\0\x08", 0, stream)
                    for stream in range(1, 2 * count, 2))


def nested_message(depth):
    """Groups in groups, in a field that nobody knows: a parser that recurses goes down with them."""
    return b"\x7b" * depth


# --- the cases -------------------------------------------------------------------------------------

def lengths(name, before, *numbers):
    return [Case(f"{name} of {number}", "redis", before % number + b"\r\n", b"-ERR", closed=True) for number in numbers]


HUGE = (2**31, 2**32 - 1, 2**63, 2**64)

REDIS = [
    *lengths("an array", b"*%d", *HUGE),
    *lengths("a word", b"*1\r\n$%d", *HUGE, -2),
    Case("a length that is no number", "redis", b"*1\r\n$x\r\n", b"-ERR", closed=True),
    Case("a length with a million digits", "redis", b"*" + b"9" * 1_000_000, b"-ERR", closed=True),
    Case("half a word, and silence", "redis", b"*1\r\n$5\r\nPIN"),
    Case("half a large word, and silence", "redis", b"*1\r\n$500000000\r\nx"),
    Case("a line without an end", "redis", b"x" * (256 << 10), b"-ERR", closed=True),
    Case("a quote without an end", "redis", b'SET k "v\r\n', b"-ERR", closed=True),
    Case("zeros", "redis", b"\0" * 4096 + b"\r\nPING\r\n", b"PONG"),
    Case("arrays in arrays", "redis", b"*1\r\n" * 100_000, b"-ERR", closed=True),
    Case("a million words that don't come", "redis", b"*1000000\r\n" + bulk(b"a") * 1000),
    Case("a million words that do", "redis", b"*1000000\r\n" + bulk(b"a") * 1_000_000, b"-ERR",
         growth_max_kib=64 << 10),  # So many there may be; they are views.
    Case("a request byte by byte", "redis", trickle(request(b"PING") * 50), b"+PONG"),
    Case("pings without end, whose replies nobody reads", "redis", flood(request(b"PING") * 1000, 1000)),
    Case("large values without end, that nobody reads", "redis", flood(request(b"GET", b"bulk") * 100, 100)),
    Case("a value at an offset of 2^32", "redis", request(b"SETRANGE", b"far", b"4294967296", b"x"), b"-ERR"),
    Case("a negative offset", "redis", request(b"SETRANGE", b"far", b"-1", b"x"), b"-ERR"),
    Case("a bit at 2^63", "redis", request(b"SETBIT", b"far", b"9223372036854775807", b"1"), b"-ERR"),
    Case("a range of all numbers", "redis",
         request(b"GETRANGE", b"small", b"-9223372036854775808", b"9223372036854775807"), b"small"),
    Case("a pattern of many stars", "redis", request(b"KEYS", b"*a" * 500 + b"b"), b"*0"),
    Case("a pattern that is too long", "redis", request(b"KEYS", b"[" * 100_000), b""),
    Case("a cursor that was never given", "redis", request(b"SCAN", b"18446744073709551615"), b""),
    Case("a cursor that is too large", "redis", request(b"SCAN", b"18446744073709551616"), b"-ERR"),
    Case("a count of 2^63", "redis", request(b"SCAN", b"0", b"COUNT", b"9223372036854775808"), b"-ERR"),
    Case("an expiry beyond time", "redis", request(b"EXPIRE", b"small", b"9223372036854775807"), b"-ERR"),
    Case("a database of 2^31", "redis", request(b"SELECT", b"2147483648"), b"-ERR"),
    Case("protocol 99", "redis", request(b"HELLO", b"99"), b"-NOPROTO"),
    Case("a name of a megabyte", "redis", request(b"CLIENT", b"SETNAME", b"n" * BULK), b"OK"),
    Case("the longest common part of two large values", "redis", request(b"LCS", b"bulk", b"bulk2"), b"-ERR"),
    Case("a transaction without end", "redis", flood(request(b"MULTI") + request(b"SET", b"k", b"v" * 1000) * 10, 100)),
    Case("a web page's request", "redis", b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET k v\r\n", closed=True),
    Case("a TLS handshake on a port without", "redis", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"r" * 500 + b"\r\n",
         b"-ERR"),
]

HTTP = [
    Case("a request of gRPC on HTTP's port", "http", OPENED, b"HTTP/1.1 400", closed=True),
    Case("a request of Redis on HTTP's port", "http", request(b"PING"), b"HTTP/1.1 400", closed=True),
    Case("a target of a megabyte", "http", b"GET /" + b"a" * BULK + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b" 414", closed=True),
    Case("a header of a megabyte", "http", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * BULK + b"\r\n\r\n", b" 431",
         closed=True),
    Case("ten thousand headers", "http", b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 10_000 + b"\r\n", b" 431",
         closed=True),
    Case("a body of 2^63", "http", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9223372036854775808\r\n\r\n",
         b"HTTP/1.1 4", closed=True),
    Case("two lengths", "http", b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
         b"HTTP/1.1 400", closed=True),
    Case("a length and chunks", "http",
         b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         b"HTTP/1.1 4", closed=True),
    Case("a chunk of 2^64", "http",
         b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", b"HTTP/1.1 4",
         closed=True),
    Case("HTTP byte by byte", "http", trickle(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"), b"HTTP/1.1 200"),
    Case("half a request, and silence", "http", b"GET /metrics HTTP/1.1\r\nHo"),
    Case("metrics without end, that nobody reads", "http",
         flood(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100, 100)),
    Case("another site's name", "http", b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"HTTP/1.1 4"),
    Case("a version that isn't there", "http", b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 ", closed=True),
    Case("a path upwards", "http", b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 4"),
    Case("a line broken in a header", "http", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", b"HTTP/1.1 "),
    Case("a limit of 2^64", "http", b"GET /api/v1/keys?limit=18446744073709551616 HTTP/1.1\r\nHost: localhost\r\n\r\n",
         b"HTTP/1.1 4"),
]

GRPC = [
    Case("a preface that is none", "grpc", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", closed=True),
    Case("half a preface, and silence", "grpc", PREFACE[:10]),
    Case("a frame of 2^24 - 1 bytes", "grpc", OPENED + frame(DATA, b"", 0, 1, length=(1 << 24) - 1), closed=True),
    Case("data of no stream", "grpc", OPENED + frame(DATA, b"x" * 100, 0, 0), closed=True),
    Case("a stream of the server's", "grpc", OPENED + frame(HEADERS, call_headers(), END_HEADERS, 2), closed=True),
    Case("settings without end", "grpc", flood(OPENED + frame(SETTINGS) * 1000, 1) and flood(frame(SETTINGS) * 1000, 1)),
    Case("pings without end, that nobody reads the answers of", "grpc",
         lambda it: (it.sendall(OPENED), flood(frame(PING, b"8 bytes!") * 1000, 300)(it))),
    Case("streams that are reset as soon as they are there", "grpc",
         lambda it: (it.sendall(OPENED), flood(rapid_reset(5_000), 1)(it))),
    Case("headers that go on and on", "grpc",
         lambda it: (it.sendall(OPENED + frame(HEADERS, call_headers(), 0, 1)),
                     flood(frame(CONTINUATION, literal(b"x" * 100, b"y" * 100) * 20, 0, 1), 2_000)(it))),
    Case("a table of headers that is blown up", "grpc",
         OPENED + frame(HEADERS, call_headers(more=b"\x40" + literal(b"x" * 100, b"y" * 100)[1:] + b"\xbe" * 16_000),
                        END_HEADERS, 1), closed=False),
    Case("a header that was never given", "grpc", OPENED + frame(HEADERS, b"\xff\xff\xff\xff\xff\x0f", END_HEADERS, 1),
         closed=True),
    Case("data byte by byte", "grpc",
         OPENED + frame(HEADERS, call_headers(), END_HEADERS, 1)
         + b"".join(frame(DATA, bytes([byte]), 0, 1) for byte in b"\0\0\0\0\x03\x0a\x01") + frame(DATA, b"k", END_STREAM, 1),
         answered),
    Case("empty data without end", "grpc",
         lambda it: (it.sendall(OPENED + frame(HEADERS, call_headers(), END_HEADERS, 1)),
                     flood(frame(DATA, b"", 0, 1) * 1000, 200)(it))),
    Case("a message of 2^32 - 1", "grpc", OPENED + call(1, b"x", length=2**32 - 1), answered),
    Case("a message that says it is compressed", "grpc", OPENED + call(1, b"\x1f\x8b" * 100, compressed=1), answered),
    Case("a window that overflows", "grpc", OPENED + frame(WINDOW, b"\x7f\xff\xff\xff") * 3, closed=True),
    Case("a window that doesn't grow", "grpc", OPENED + frame(WINDOW, b"\0\0\0\0"), closed=True),
    Case("groups in groups, fifteen thousand deep", "grpc", OPENED + call(1, nested_message(15_000)), answered),
    Case("a method that isn't there", "grpc", OPENED + frame(HEADERS, call_headers(b"/strata.v1.KV/Nope"),
                                                           END_HEADERS | END_STREAM, 1), answered),
    Case("a request of Redis on gRPC's port", "grpc", request(b"PING") * 3, closed=True),
]

CASES = REDIS + HTTP + GRPC


def resident_kib(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("the server isn't there any more")


def received(connection, wanted, until_closed):
    """What came, until what is wanted is in it and, if so, the end."""
    got, closed = b"", False
    connection.settimeout(0.2)
    end = time.monotonic() + PATIENCE
    told = wanted if callable(wanted) else lambda it: wanted in it
    while time.monotonic() < end and not closed and (until_closed or not told(got)):
        try:
            more = connection.recv(1 << 16)
            closed = not more
            got += more
        except TimeoutError:
            pass
        except ConnectionError:
            closed = True
    return got, closed, told(got)


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.server = RedisServer(folder.name, "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0")
        cls.addClassCleanup(cls.server.kill)
        with cls.server.connect() as client:
            for words in ((b"SET", b"small", b"small"), (b"SET", b"bulk", b"b" * BULK), (b"SET", b"bulk2", b"c" * BULK),
                          (b"SET", b"a" * 200, b"many letters")):
                client.send(*words)
                client.read()

    def check_healthy(self):
        self.assertIsNone(self.server.process.poll(), self.server.log.read_text())
        began = time.monotonic()
        with self.server.connect() as client:
            client.send(b"GET", b"small")
            self.assertEqual(b"small", client.read())
        self.assertLess(time.monotonic() - began, ANSWER_SECONDS)

    def attack(self, case):
        connection = socket.create_connection(("127.0.0.1", self.server.ports[case.front]), timeout=PATIENCE)
        self.addCleanup(connection.close)
        try:
            if callable(case.sent):
                case.sent(connection)
            else:
                connection.sendall(case.sent)
        except ConnectionError:
            pass  # It was closed before all had come.
        if case.told or case.closed:
            got, closed, told = received(connection, case.told, case.closed)
            if not (closed and case.closed and len(case.sent) > 64 << 10):  # What it said may be lost with the rest.
                self.assertTrue(told, got[-200:])
            if case.closed:
                self.assertTrue(closed, "the connection is still open")
        return connection

    def test_every_case(self):
        for case in CASES:
            with self.subTest(case=case.name):
                before = resident_kib(self.server.process)
                connection = self.attack(case)
                self.check_healthy()
                self.assertLess(resident_kib(self.server.process) - before, case.growth_max_kib)
                connection.close()

    def test_who_has_nothing_more_to_say_is_answered_in_full(self):
        """Though it reads late, and its replies are far more than are made ahead."""
        for first in (b"", request(b"SET", b"other", b"1")):
            with self.subTest(first=first), self.server.connect() as client:
                client.socket.sendall(first + request(b"GET", b"bulk") * 100)
                client.socket.shutdown(socket.SHUT_WR)
                time.sleep(0.3)
                got = client.replies.read()
                self.assertEqual((b"+OK\r\n" if first else b"") + bulk(b"b" * BULK) * 100, got)

    def test_there_are_sixty_and_none_twice(self):
        names = [case.name for case in CASES]
        self.assertGreaterEqual(len(names), 60)
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
