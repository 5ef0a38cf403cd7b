"""`strata serve` on a disk that gets full: a small file system in memory, which only this process and
its children see. Writes are refused at once and with the reason, reads go on, and when there is room
writes are taken again without anybody opening anything."""

import contextlib
import ctypes
import os
import pathlib
import tempfile
import time
import unittest

from served import PATIENCE, Server
from test_redis_clients import BUILD, STRATA, Connection

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_REMOUNT, MS_REC, MS_PRIVATE = 0x20, 0x4000, 0x40000
LIBC = ctypes.CDLL(None, use_errno=True)


def mounts_of_our_own():
    """From now on what this process mounts nobody else sees, and it goes with the process."""
    if LIBC.unshare(CLONE_NEWNS) != 0 and LIBC.unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0:
        return False
    return LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) == 0


@contextlib.contextmanager
def small_disk(size):
    with tempfile.TemporaryDirectory(prefix="strata-full-") as folder:
        if not mounts_of_our_own() or LIBC.mount(b"none", folder.encode(), b"tmpfs", 0, b"size=%d" % size) != 0:
            raise unittest.SkipTest(f"a file system can't be mounted here: {os.strerror(ctypes.get_errno())}")
        try:
            yield pathlib.Path(folder)
        finally:
            LIBC.umount2(folder.encode(), 2)


def resize(disk, size):
    if LIBC.mount(b"none", str(disk).encode(), b"tmpfs", MS_REMOUNT, b"size=%d" % size) != 0:
        raise OSError(ctypes.get_errno(), "remounting")


@unittest.skipUnless(BUILD and STRATA.exists(), "ctest says where the build is")
class TestFullDisk(unittest.TestCase):
    def fill(self, client, size, acknowledged):
        """Until a write is refused: the reply."""
        for number in range(len(acknowledged), 100_000):
            key, value = f"key{number}", f"{number}:" + "v" * (size - number % 7)
            reply = client.call("SET", key, value)
            if reply != b"+OK":
                return reply
            acknowledged[key] = value
        raise AssertionError("the disk doesn't get full")

    def check(self, client, acknowledged):
        for key, value in acknowledged.items():
            self.assertEqual(client.call("GET", key), value.encode())

    def live(self, value_bytes, *store):
        with small_disk(8 << 20) as disk:
            ballast = [disk / f"ballast{number}" for number in range(2)]
            for file in ballast:
                file.write_bytes(b"b" * (2 << 20))
            server = Server(STRATA, disk, store=("--sync", "always", *store))
            self.addCleanup(server.kill)
            client = Connection(server.ports["redis"])
            self.addCleanup(client.close)
            acknowledged = {}
            for _ in range(2):
                refused = self.fill(client, value_bytes, acknowledged)
                self.assertTrue(refused.startswith(b"-MISCONF "), refused)
                self.assertIn(b"No space left on device", refused)
                self.assertRegex(refused, b"room on the disk|room to write")
                start = time.monotonic()
                for number in range(20):
                    self.assertTrue(client.call("SET", f"refused{number}", "x" * value_bytes).startswith(b"-MISCONF "))
                self.assertLess(time.monotonic() - start, PATIENCE / 4)
                self.check(client, acknowledged)
                self.assertIsNone(client.call("GET", "refused0"))
                # Room is made, and nobody opens anything.
                ballast.pop().unlink()
                until = time.monotonic() + PATIENCE
                while client.call("SET", "again", "x" * value_bytes) != b"+OK":
                    self.assertLess(time.monotonic(), until, "no write is taken again")
                    time.sleep(0.05)
                acknowledged["again"] = "x" * value_bytes
                self.check(client, acknowledged)
            server.kill()
            resize(disk, 32 << 20)  # An opening needs room for what its logs hold.
            server.start()
            with Connection(server.ports["redis"]) as after:
                self.check(after, acknowledged)
                for number in range(20):
                    self.assertIsNone(after.call("GET", f"refused{number}"))
                self.assertEqual(after.call("DBSIZE"), len(acknowledged))
                self.assertEqual(after.call("SET", "last", "1"), b"+OK")
            self.assertEqual(server.terminate(), 0)

    def test_a_log_that_fills_the_disk(self):
        self.live(300)

    def test_values_that_are_written_directly(self):
        self.live(100_000)

    def test_memtables_that_find_no_room(self):
        self.live(900, "--memtable", "256KiB", "--compression", "none")


if __name__ == "__main__":
    unittest.main()
