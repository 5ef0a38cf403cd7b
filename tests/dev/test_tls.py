"""`strata serve` with TLS, and those who shouldn't get in: a table of handshakes by `openssl s_client` and of
bytes that are none, on each front. Each is refused, and after each of them the server answers who may ask."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request

from served import PATIENCE, Server
from tls_papers import CLIENT, Papers

BUILD = os.environ.get("STRATA_BUILD_DIR", "")
STRATA = pathlib.Path(BUILD) / "bin" / "strata"
FRONTS = ("redis", "grpc", "http")
# What each front answers, and then closes: a request, and an end. gRPC is told nonsense.
ASKED = {
    "redis": b"PING\r\nQUIT\r\n",
    "grpc": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x01\x04\x00\x00\x00\x00\x00x",
    "http": b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
}
# Those who may come in: ada by her mail address, and no other name.
LET_IN = "ada@example.com"
HELLO = bytes.fromhex("16030100c8010000c40303")  # A ClientHello begins so.
NEW = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

# How a certificate is wrong, and the papers that s_client shows; see make_papers.
CERTIFICATES = {
    "no certificate": None,
    "expired": "expired",
    "not yet valid": "early",
    "of another authority": "stranger",
    "of an authority of the same name": "twin",
    "signed by itself": "itself",
    "taken back": "thief",
    "a server's": "server",
    "the authority's own": "ca",
    "for mail alone": "mailer",
    "of another name": "eve",
    "with the right subject and another name": "subject",
    "without a name": "nameless",
    "with the name as a host's": "host",
    "signed by one who is no authority": "forged",
    "by an authority below, whose list nobody has": "below",
    "with a key of 1024 bits": "weak",
}
# What else is asked for with good papers.
WISHES = {
    "TLS 1.0": ("-tls1", "-cipher", "ALL:@SECLEVEL=0"),
    "TLS 1.1": ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
    "RSA without forward secrecy": ("-tls1_2", "-cipher", "AES128-GCM-SHA256:@SECLEVEL=0"),
    "CBC": ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"),
    "CBC with SHA-256": ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0"),
    "no encryption": ("-tls1_2", "-cipher", "NULL:@SECLEVEL=0"),
    "nobody is who he is": ("-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"),
    "signatures by SHA-1": ("-sigalgs", "ECDSA+SHA1:RSA+SHA1", "-cipher", "ALL:@SECLEVEL=0"),
}


def make_papers(folder):
    papers = Papers(STRATA, folder)
    papers.issue("ada", LET_IN)
    papers.issue("eve", "eve@example.com")
    papers.issue("host", "ada.example.com")
    papers.make("expired", begin=-3, end=-1)
    papers.make("early", begin=1)
    papers.make("itself", by=None)
    papers.make("mailer", CLIENT.replace("clientAuth", "emailProtection"))
    papers.make("subject", names="email:eve@example.com", subject=LET_IN)
    papers.make("nameless", names=None, subject=LET_IN)
    papers.make("forged", by="ada")
    papers.make("weak", key=("rsa:1024",))
    papers.make("middle", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n", names=None)
    papers.make("below", by="middle")
    for name, subject in (("other", "Other"), ("same", "Strata authority")):
        papers.openssl("req", "-x509", *NEW, "-keyout", papers.at(name + ".key"), "-out", papers.at(name + ".pem"),
                       "-subj", f"/CN={subject}", "-days", "9")
    papers.make("stranger", by="other")
    papers.make("twin", by="same")
    for name in ("forged", "below"):  # They show their issuer's certificate, too.
        with open(papers.at(name + ".pem"), "a", encoding="utf-8") as whole:
            whole.write(pathlib.Path(papers.at("ada.pem" if name == "forged" else "middle.pem")).read_text("utf-8"))
    papers.issue("thief", LET_IN)
    papers.certs("revoke", "thief")
    return papers


def raw(server, front, data, pieces=1, seconds=PATIENCE):
    """What the server says to bytes that aren't TLS, until it closes. An alert is no answer."""
    with socket.create_connection(("127.0.0.1", server.ports[front]), timeout=seconds) as connection:
        heard = b""
        with contextlib.suppress(ConnectionError):
            for at in range(0, len(data), max(1, len(data) // pieces)):
                connection.sendall(data[at:at + max(1, len(data) // pieces)])
            while got := connection.recv(1 << 16):
                heard += got
        return heard


@unittest.skipUnless(BUILD and STRATA.exists() and shutil.which("openssl"), "ctest says where the build is")
class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.papers = make_papers(pathlib.Path(folder.name, "papers"))
        cls.home = pathlib.Path(folder.name)
        cls.server = cls.serve("one", "--tls-client-names", LET_IN)

    @classmethod
    def serve(cls, name, *flags, papers=None):
        folder = cls.home / name
        folder.mkdir()
        papers = papers or cls.papers
        server = Server(STRATA, folder, "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", *cls.flags(papers), *flags)
        cls.addClassCleanup(server.kill)
        return server

    @staticmethod
    def flags(papers):
        return ("--tls-cert", papers.at("server.pem"), "--tls-key", papers.at("server.key"), "--tls-client-ca",
                papers.at("ca.pem"), "--tls-clients", "required", "--tls-revoked", papers.at("revoked.pem"))

    def s_client(self, front, *words, papers="ada", server=None, asked=None):
        """What the server said inside TLS, and what s_client said."""
        server = server or self.server
        who = () if papers is None else ("-cert", self.papers.at(papers + ".pem"), "-key",
                                         self.papers.at(papers + ".key"), "-cert_chain",
                                         self.papers.at(papers + ".pem"))
        done = subprocess.run(
            ["openssl", "s_client", "-connect", server.at(front), "-CAfile", self.papers.at("ca.pem"), *who, *words,
             *(() if asked else ("-quiet",))],
            input=asked or ASKED[front], capture_output=True, check=False, timeout=PATIENCE)
        return done.stdout, done.stderr.decode(errors="replace")

    def context(self, papers="ada"):
        context = ssl.create_default_context(cafile=self.papers.at("ca.pem"))
        context.load_cert_chain(self.papers.at(papers + ".pem"), self.papers.at(papers + ".key"))
        return context

    def ask(self, front, server=None, context=None):
        """As one who may: all that the server says to a request."""
        server = server or self.server
        with socket.create_connection(("127.0.0.1", server.ports[front]), timeout=PATIENCE) as plain:
            with (context or self.context()).wrap_socket(plain, server_hostname="localhost") as connection:
                connection.sendall(ASKED[front])
                heard = b""
                while got := connection.recv(1 << 16):
                    heard += got
                return heard

    def assert_answers(self, server=None):
        self.assertIn(b"+PONG", self.ask("redis", server))
        self.assertTrue(self.ask("grpc", server))
        self.assertIn(b"200", self.ask("http", server))

    def metric(self, name, server=None):
        server = server or self.server
        with urllib.request.urlopen(f"https://localhost:{server.ports['http']}/metrics", context=self.context(),
                                    timeout=PATIENCE) as page:
            for line in page.read().decode().splitlines():
                if line.startswith(name + " "):
                    return float(line.split()[1])
        return None

    # --- who may ---

    def test_who_may_is_served_on_every_front(self):
        for front in FRONTS:
            for words in (("-tls1_2",), ("-tls1_3",)):
                said, told = self.s_client(front, *words)
                self.assertTrue(said, f"{front} {words}: {told}")
        self.assert_answers()

    def test_the_tools_that_people_use_work(self):
        papers, server = self.papers, self.server
        who = ("--client-cert", papers.at("ada.pem"), "--client-key", papers.at("ada.key"), "--server-ca",
               papers.at("ca.pem"))
        for words in (("put", "k", "v"), ("get", "k")):
            done = subprocess.run([STRATA, "--server", server.at("grpc"), *who, *words], capture_output=True,
                                  text=True, check=False, timeout=PATIENCE)
            self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual("v\n", done.stdout)
        for kind in ("--redis", "--grpc"):
            done = subprocess.run([STRATA, *who, "load", kind, server.at(kind[2:]), "--requests", "200",
                                   "--connections", "4"], capture_output=True, text=True, check=False,
                                  timeout=PATIENCE)
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        if shutil.which("redis-cli"):
            done = subprocess.run(["redis-cli", "-p", str(server.ports["redis"]), "--tls", "--cacert",
                                   papers.at("ca.pem"), "--cert", papers.at("ada.pem"), "--key",
                                   papers.at("ada.key"), "client", "info"], capture_output=True, text=True,
                                  check=False, timeout=PATIENCE)
            self.assertIn("identity=" + LET_IN, done.stdout)
        if shutil.which("curl"):
            done = subprocess.run(["curl", "-sS", "--cacert", papers.at("ca.pem"), "--cert", papers.at("ada.pem"),
                                   "--key", papers.at("ada.key"), f"https://{server.at('http')}/livez"],
                                  capture_output=True, text=True, check=False, timeout=PATIENCE)
            self.assertEqual(0, done.returncode, done.stderr)

    # --- who may not ---

    def test_wrong_certificates_are_refused_on_every_front(self):
        for case, papers in CERTIFICATES.items():
            for front in FRONTS:
                with self.subTest(case, front=front):
                    more = ("-cipher", "ALL:@SECLEVEL=0") if papers == "weak" else ()
                    said, told = self.s_client(front, *more, papers=papers)
                    self.assertEqual(b"", said)
                    self.assertIn("alert", told)
        self.assert_answers()

    def test_what_is_too_weak_is_refused_on_every_front(self):
        for case, words in WISHES.items():
            for front in FRONTS:
                with self.subTest(case, front=front):
                    said, told = self.s_client(front, *words)
                    self.assertEqual(b"", said)
                    self.assertIn("alert", told)
        self.assert_answers()

    def test_a_protocol_that_the_front_does_not_speak_is_refused(self):
        for front, other in (("grpc", "http/1.1"), ("http", "h2"), ("http", "ftp")):
            with self.subTest(other, front=front):
                said, told = self.s_client(front, "-alpn", other)
                self.assertEqual(b"", said)
                self.assertIn("no application protocol", told)
        self.assert_answers()

    def test_bytes_that_are_no_tls_are_refused_on_every_front(self):
        cases = {
            "RESP": b"*1\r\n$4\r\nPING\r\n", "HTTP/1": ASKED["http"], "HTTP/2": ASKED["grpc"], "noise": bytes(range(256)),
            "SSL 2": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"x" * 35,
            "a record of 65535 bytes": b"\x16\x03\x01\xff\xff" + b"x" * 100,
            "a hello of 16 MB": b"\x16\x03\x01\x40\x00\x01\xff\xff\xff\x03\x03" + b"x" * 16378,
            "an alert": b"\x15\x03\x01\x00\x02\x02\x28", "nothing but data": b"\x17\x03\x03\x00\x10" + b"x" * 16,
        }
        for case, data in cases.items():
            for front in FRONTS:
                with self.subTest(case, front=front):
                    heard = raw(self.server, front, data + b"\n" * 3, pieces=3)
                    self.assertNotIn(b"PONG", heard)
                    self.assertNotIn(b"HTTP", heard)
                    self.assertLess(len(heard), 100)  # An alert, if anything.
        self.assert_answers()

    def test_a_hello_that_is_cut_is_forgotten(self):
        for front in FRONTS:
            for data in (HELLO, HELLO[:3], b""):
                with socket.create_connection(("127.0.0.1", self.server.ports[front])) as connection:
                    connection.sendall(data)
                    connection.shutdown(socket.SHUT_WR)
                    connection.settimeout(PATIENCE)
                    with contextlib.suppress(ConnectionError):
                        self.assertLess(len(connection.recv(1 << 16)), 100)
        self.assert_answers()

    def test_nothing_is_negotiated_again(self):
        for front in FRONTS:
            with self.subTest(front=front):
                said, told = self.s_client(front, "-tls1_2", asked=b"R\n" + ASKED[front])
                self.assertIn("no renegotiation", told)
                self.assertNotIn(b"PONG", said)
        self.assert_answers()

    def test_no_session_is_taken_up_again(self):
        with tempfile.TemporaryDirectory() as folder:
            for front in FRONTS:
                for version in ("-tls1_2", "-tls1_3"):
                    with self.subTest(version, front=front):
                        kept = pathlib.Path(folder, front + version)
                        self.s_client(front, version, "-sess_out", str(kept))
                        if kept.exists():  # What it was given isn't taken back.
                            said, _ = self.s_client(front, version, "-sess_in", str(kept), asked=ASKED[front])
                            self.assertIn(b"New, TLS", said)
                            self.assertNotIn(b"Reused", said)
        self.assert_answers()

    def test_a_certificate_that_was_taken_back_is_refused_on_its_next_handshake(self):
        folder = self.home / "later"
        papers = Papers(STRATA, folder)
        papers.issue("bob", "bob@example.com")
        server = self.serve("revoking", papers=papers)
        context = ssl.create_default_context(cafile=papers.at("ca.pem"))
        context.load_cert_chain(papers.at("bob.pem"), papers.at("bob.key"))
        contexts = {}
        for front in FRONTS:
            contexts[front] = ssl.create_default_context(cafile=papers.at("ca.pem"))
            contexts[front].load_cert_chain(papers.at("bob.pem"), papers.at("bob.key"))
            self.assertTrue(self.ask(front, server, contexts[front]))
        papers.certs("revoke", "bob")
        self.reload(server, "certificates read again")
        for front in FRONTS:  # By the same context, which has whatever sessions it was given.
            with self.subTest(front=front), self.assertRaises((ssl.SSLError, ConnectionError)):
                self.ask(front, server, contexts[front])

    def reload(self, server, until):
        before = server.log.read_text("utf-8").count(until)
        server.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + PATIENCE
        while server.log.read_text("utf-8").count(until) == before:
            self.assertLess(time.monotonic(), end, server.log.read_text("utf-8"))
            time.sleep(0.01)

    def test_a_handshake_that_stalls_is_ended(self):
        server = self.serve("hasty", "--tls-handshake", "300ms", "--tls-client-names", LET_IN)
        for front in FRONTS:
            for data in (b"", HELLO, HELLO[:1]):
                with self.subTest(len(data), front=front):
                    began = time.monotonic()
                    self.assertEqual(b"", raw(server, front, data))
                    self.assertLess(time.monotonic() - began, PATIENCE / 2)
        self.assertEqual(9, self.metric('strata_tls_handshakes_total{result="late"}', server))
        self.assert_answers(server)

    def test_many_that_stall_hold_up_nobody_and_little(self):
        def resident():
            return int(next(line for line in pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
                            .splitlines() if line.startswith("VmRSS")).split()[1])
        with contextlib.ExitStack() as stack:
            self.assert_answers()
            before = resident()
            for _ in range(500):
                one = stack.enter_context(socket.create_connection(("127.0.0.1", self.server.ports["redis"])))
                one.sendall(HELLO)
            self.assert_answers()
            self.assertLess((resident() - before) / 500, 64)  # KiB for each.
        self.assert_answers()

    def test_tls_on_a_plain_port_is_refused_there(self):
        server = self.serve("plain", "--tls-fronts", "http", "--tls-client-names", LET_IN)
        for front in ("redis", "grpc"):
            with self.subTest(front=front):
                said, told = self.s_client(front, server=server)
                self.assertEqual(b"", said)
                self.assertIn("error", told)
        self.assertIn(b"+PONG", raw(server, "redis", ASKED["redis"]))
        self.assertIn(b"200", self.ask("http", server))

    # --- papers change ---

    def test_certificates_are_renewed_under_load_without_a_failed_request(self):
        papers = Papers(STRATA, self.home / "renewed")
        papers.issue("bob", "bob@example.com")
        server = self.serve("renewing", papers=papers)
        stop, failed, done = threading.Event(), [], [0, 0]

        def context():
            made = ssl.create_default_context(cafile=papers.at("ca.pem"))
            made.load_cert_chain(papers.at("bob.pem"), papers.at("bob.key"))
            return made

        def connect():
            plain = socket.create_connection(("127.0.0.1", server.ports["redis"]), timeout=PATIENCE)
            return context().wrap_socket(plain, server_hostname="localhost")

        def ask_on(connection):
            connection.sendall(b"INCR n\r\n")
            return connection.recv(100).startswith(b":")

        def work(place, is_new):
            try:
                connection = connect()
                while not stop.is_set():
                    if is_new:
                        connection.close()
                        connection = connect()
                    if not ask_on(connection):
                        failed.append("no answer")
                    done[place] += 1
                connection.close()
            except OSError as error:
                failed.append(repr(error))

        workers = [threading.Thread(target=work, args=(place, place == 1)) for place in (0, 0, 1, 1)]
        for worker in workers:
            worker.start()
        for round_ in range(5):
            for name in ("server.pem", "server.key"):
                pathlib.Path(papers.at(name)).rename(papers.at(f"{name}.{round_}"))
            papers.issue("server", "localhost,127.0.0.1", use="server")
            self.reload(server, "certificates read again")
        stop.set()
        for worker in workers:
            worker.join()
        self.assertEqual([], failed)
        self.assertGreater(min(done), 5)
        serial = ssl.create_default_context(cafile=papers.at("ca.pem"))
        serial.load_cert_chain(papers.at("bob.pem"), papers.at("bob.key"))
        with socket.create_connection(("127.0.0.1", server.ports["redis"])) as plain:
            with serial.wrap_socket(plain, server_hostname="localhost") as connection:
                self.assertNotIn(("DNS", "::1"), connection.getpeercert()["subjectAltName"])
                self.assertEqual(2, len(connection.getpeercert()["subjectAltName"]))  # The new one's.

    def test_new_files_that_are_wrong_change_nothing(self):
        papers = Papers(STRATA, self.home / "wrong")
        papers.issue("ada", LET_IN)
        server = self.serve("stubborn", papers=papers)
        context = ssl.create_default_context(cafile=papers.at("ca.pem"))
        context.load_cert_chain(papers.at("ada.pem"), papers.at("ada.key"))
        key = pathlib.Path(papers.at("server.key"))
        for spoil in (lambda: key.chmod(0o644), lambda: key.write_text("nothing", "utf-8"), key.unlink):
            spoil()
            self.reload(server, "the certificates stay as they were")
            self.assertIn(b"+PONG", self.ask("redis", server, context))
        with urllib.request.urlopen(f"https://localhost:{server.ports['http']}/metrics", context=context) as page:
            self.assertIn(b'strata_tls_reloads_total{result="wrong"} 3', page.read())
        self.assertEqual(0, server.terminate())

    def test_a_key_that_others_can_read_is_refused_at_the_start(self):
        open_key = pathlib.Path(self.papers.at("open.key"))
        shutil.copy(self.papers.at("server.key"), open_key)
        open_key.chmod(0o640)
        if os.getuid() == 0:
            os.chown(open_key, -1, 12345)
        done = subprocess.run([STRATA, "--db", self.home / "unused", "serve", "--check-config", "--tls-cert",
                               self.papers.at("server.pem"), "--tls-key", open_key], capture_output=True, text=True,
                              check=False, timeout=PATIENCE)
        self.assertNotEqual(0, done.returncode)
        self.assertIn("chmod 600", done.stderr)

    def test_others_may_connect_only_if_they_are_known(self):
        def check(*words):
            return subprocess.run([STRATA, "--db", self.home / "unused", "serve", "--check-config", "--redis",
                                   "0.0.0.0:0", *words], capture_output=True, text=True, check=False,
                                  timeout=PATIENCE).returncode
        all_flags = self.flags(self.papers)
        self.assertNotEqual(0, check())
        self.assertNotEqual(0, check(*all_flags[:4]))
        self.assertEqual(0, check(*all_flags))
        self.assertNotEqual(0, check(*all_flags, "--tls-fronts", "grpc,http"))


if __name__ == "__main__":
    unittest.main()
