"""Users of a real server: made on its machine, asked for by every front, and noted in an audit log."""

import base64
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from served import Server

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("STRATA_BUILD_DIR", ROOT / "build/test"))
STRATA = BUILD / "bin/strata"


@unittest.skipUnless(STRATA.exists(), "the program isn't built")
class Users(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.strata("user", "add", "root", "--admin", text="top\n")
        self.strata("user", "add", "ben", text="secret\n")
        self.strata("--table", "default", "user", "grant", "ben", "read,scan,write", "--prefix", "de/")
        self.token = self.strata("user", "token", "ben", "--expires", "1h").stdout.strip()

    def strata(self, *words, text="", code=0, remote=None):
        where = ["--server", remote] if remote else ["--db", self.folder / "db"]
        done = subprocess.run([STRATA, *where, *words], input=text, capture_output=True, text=True, check=False,
                              timeout=60)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def serve(self, *flags):
        server = Server(STRATA, self.folder, "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--audit-log",
                        self.folder / "audit", *flags)
        self.addCleanup(server.kill)
        return server

    def redis(self, server, *words, user=None, password=None):
        login = ["--user", user, "--pass", password, "--no-auth-warning"] if user else []
        return subprocess.run(["redis-cli", "-p", str(server.ports["redis"]), *login, *words], capture_output=True,
                              text=True, check=False, timeout=60).stdout.strip()

    def http(self, server, path, authorization=None):
        request = urllib.request.Request(f"http://{server.at('http')}{path}")
        if authorization:
            request.add_header("Authorization", authorization)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    @unittest.skipUnless(shutil.which("redis-cli"), "redis-cli is not installed")
    def test_redis_cli_logs_in_and_changes_users(self):
        server = self.serve()
        self.assertIn("NOAUTH", self.redis(server, "SET", "de/a", "1"))
        self.assertEqual(self.redis(server, "SET", "de/a", "1", user="ben", password="secret"), "OK")
        self.assertEqual(self.redis(server, "GET", "de/a", user="ben", password=self.token), "1")
        self.assertIn("NOPERM", self.redis(server, "GET", "fr/a", user="ben", password="secret"))
        self.assertIn("NOPERM", self.redis(server, "ACL", "LIST", user="ben", password="secret"))
        made = self.redis(server, "ACL", "SETUSER", "cyd", "on", ">pw", "+@read", "~de/*", user="root", password="top")
        self.assertEqual(made, "OK")
        self.assertEqual(self.redis(server, "GET", "de/a", user="cyd", password="pw"), "1")
        self.assertEqual(self.redis(server, "ACL", "WHOAMI", user="cyd", password="pw"), "cyd")

    def test_the_command_line_shows_its_credentials(self):
        server = self.serve()
        for name, text in (("password", "ben:secret\n"), ("token", self.token + "\n"), ("wrong", "ben:x\n")):
            (self.folder / name).write_text(text)
        grpc = server.at("grpc")
        self.strata("put", "de/a", "1", remote=grpc, code=1)
        self.strata("--credentials", self.folder / "password", "put", "de/a", "1", remote=grpc)
        told = self.strata("--credentials", self.folder / "token", "get", "de/a", remote=grpc)
        self.assertEqual(told.stdout, "1\n")
        self.strata("--credentials", self.folder / "token", "get", "fr/a", remote=grpc, code=1)
        self.strata("--credentials", self.folder / "wrong", "get", "de/a", remote=grpc, code=1)

    def test_http_asks_for_a_token(self):
        server = self.serve()
        self.assertEqual(self.http(server, "/livez"), 200)
        self.assertEqual(self.http(server, "/metrics"), 401)
        self.assertEqual(self.http(server, "/metrics", "Bearer nonsense"), 401)
        self.assertEqual(self.http(server, "/metrics", "Bearer " + self.token), 403)
        server.terminate()
        token = self.strata("user", "token", "root").stdout.strip()
        server.start()
        self.assertEqual(self.http(server, "/metrics", "Bearer " + token), 200)
        basic = base64.b64encode(f"root:{token}".encode()).decode()
        self.assertEqual(self.http(server, "/api/v1/stats", "Basic " + basic), 200)

    def test_the_audit_log_has_who_and_what_and_no_secret(self):
        server = self.serve("--audit-all", "--audit-keys")
        with socket.create_connection(("127.0.0.1", server.ports["redis"]), timeout=60) as connection:
            for line in ("AUTH ben wrong", "AUTH ben secret", "SET de/key value123", "GET fr/key", "QUIT"):
                connection.sendall(line.encode() + b"\r\n")
            while connection.recv(4096):
                pass
        server.terminate()
        text = self.strata("audit", "show", self.folder / "audit").stdout
        for part in ('"what":"login","allowed":false', '"what":"login","allowed":true', '"key":"de/key"',
                     '"what":"get","table":"default","key":"fr/key","allowed":false'):
            self.assertIn(part, text)
        for secret in ("secret", "wrong", "value123", self.token):
            self.assertNotIn(secret, text)
        last = self.strata("audit", "verify", self.folder / "audit").stdout
        self.assertIn("ok", last)
        path = next((self.folder / "audit").iterdir())
        path.write_text(text.replace("fr/key", "de/key"))
        self.strata("audit", "verify", self.folder / "audit", code=6)

    def test_changes_of_users_are_noted_in_the_store(self):
        changes = self.strata("audit", "changes").stdout
        self.assertEqual(changes.count("\n"), 4)
        self.assertNotIn("secret", changes)
        self.assertIn("another administrator", self.strata("user", "remove", "root", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
