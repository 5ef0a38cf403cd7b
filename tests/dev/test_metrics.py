"""What `strata serve` tells Prometheus, its probes and its log; alert rules and the Grafana dashboard of infra/."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from served import Server, ask

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("STRATA_BUILD_DIR", "")
STRATA = pathlib.Path(BUILD) / "bin" / "strata"
RULES = ROOT / "infra/prometheus"
BOARD = ROOT / "infra/grafana/strata.json"


def get(port, path, **fields):
    """(status, body)"""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=fields)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@unittest.skipUnless(BUILD and STRATA.exists(), "ctest says where the build is")
class Serving(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def serve(self, *flags):
        server = Server(STRATA, self.folder, *flags)
        self.addCleanup(server.kill)
        return server.ports, server

    def log(self):
        return (self.folder / "server.log").read_text()

    @unittest.skipUnless(shutil.which("promtool"), "promtool (package prometheus) isn't installed")
    def test_promtool_finds_nothing_to_complain_about(self):
        ports, _ = self.serve("--http", "127.0.0.1:0")
        ask(ports["redis"], "SET a 1\r\nGET a\r\nKEYS *\r\nPING\r\nNOSUCH\r\n", 6)
        for _ in range(2):
            _, text = get(ports["http"], "/metrics")
            check = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False)
            self.assertEqual((0, ""), (check.returncode, check.stdout + check.stderr))
        self.assertIn('strata_request_duration_seconds_count{api="redis",op="write"} 1\n', text)

    def test_events_are_streamed_while_the_store_works(self):
        ports, server = self.serve("--http", "127.0.0.1:0")
        with socket.create_connection(("127.0.0.1", ports["http"])) as stream:
            stream.sendall(b"GET /api/v1/events?since=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            got = b""
            ask(ports["redis"], "SET a 1\r\n")
            server.process.send_signal(signal.SIGTERM)  # It doesn't wait for those who watch.
            while True:
                piece = stream.recv(4096)
                if not piece:
                    break
                got += piece
        self.assertIn(b"text/event-stream", got)
        self.assertEqual(0, server.process.wait(20))

    def test_a_page_elsewhere_is_told_nothing(self):
        ports, _ = self.serve("--http", "127.0.0.1:0", "--browse", "--http-host", "strata.example")
        self.assertEqual(200, get(ports["http"], "/api/v1/keys")[0])
        self.assertEqual(403, get(ports["http"], "/api/v1/keys", Host="evil.example")[0])
        self.assertEqual(200, get(ports["http"], "/api/v1/keys", Host="strata.example")[0])
        self.assertEqual(403, get(ports["http"], "/api/v1/keys", Origin="http://evil.example")[0])

    def test_requests_over_a_limit_are_told_counted_and_in_the_log(self):
        def told(port, request):
            got = b""
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(request)
                while piece := connection.recv(4096):
                    got += piece
            return got

        ports, server = self.serve("--http", "127.0.0.1:0")
        self.assertIn(b"arguments_max", told(ports["redis"], b"*9999999\r\n"))
        self.assertIn(b"target_bytes_max", told(ports["http"], b"GET /" + 9000 * b"x"))
        stats = json.loads(get(ports["http"], "/api/v1/stats")[1])
        self.assertEqual(2, stats["limits"]["request_bytes_max"])
        self.assertEqual(0, server.terminate())
        log = [json.loads(line) for line in self.log().splitlines()]
        self.assertEqual(["arguments_max", "target_bytes_max"],
                         [line["limit"] for line in log if line["message"] == "limit reached"])

    def test_slow_requests_and_limits_are_in_the_log_without_keys(self):
        ports, server = self.serve("--http", "127.0.0.1:0", "--grpc", "none", "--connections-max", "2")
        with socket.create_connection(("127.0.0.1", ports["redis"])) as first, \
                socket.create_connection(("127.0.0.1", ports["redis"])):
            first.sendall(b"CONFIG SET slowlog-log-slower-than 0\r\nSET secret 1\r\nGET secret\r\n")
            got = b""
            while got.count(b"\r\n") < 4:
                got += first.recv(4096)
            with socket.create_connection(("127.0.0.1", ports["redis"])) as third:
                self.assertIn(b"max number of clients", third.recv(4096))
        self.assertEqual(0, server.terminate())
        log = [json.loads(line) for line in self.log().splitlines()]
        self.assertEqual("serving", log[0]["message"])
        self.assertEqual("stopped", log[-1]["message"])
        slow = [line for line in log if line["message"] == "slow request"]
        self.assertIn("set", [line["command"] for line in slow])
        self.assertTrue(all(line["connection"] > 0 for line in slow))
        self.assertIn("connections_max", [line["limit"] for line in log if line["message"] == "limit reached"])
        self.assertNotIn("secret", self.log())

    def test_a_slow_lookup_tells_where_it_looked(self):
        ports, server = self.serve("--http", "127.0.0.1:0", "--log-keys", "--log-format", "text")
        # A work that a reader carries out: the scan begins it, and the lookup behind it joins it.
        ask(ports["redis"], "CONFIG SET slowlog-log-slower-than 0\r\nSET k v\r\n", 2)
        ask(ports["redis"], "KEYS *\r\nGET k\r\n", 5)
        slow = json.loads(get(ports["http"], "/api/v1/stats")[1])["slow"]
        lookup = next(entry for entry in slow if entry["command"] == "get")
        self.assertIn("memtable", [step["where"] for step in lookup["trace"]])
        self.assertNotIn("words", lookup)
        self.assertEqual(0, server.terminate())
        self.assertRegex(self.log(), r"warn  slow request connection=\d+ command=get micros=\d+ .* key=k\n")

    def test_the_usual_port_may_be_taken_and_a_named_one_not(self):
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        named = f"127.0.0.1:{taken.getsockname()[1]}"
        refused = subprocess.run([STRATA, "--db", self.folder / "db", "serve", "--redis", "127.0.0.1:0", "--http", named],
                                 text=True, capture_output=True, timeout=20, check=False)
        self.assertNotEqual(0, refused.returncode)
        self.assertIn(named, refused.stderr)
        ports, _ = self.serve("--http", "none")
        self.assertNotIn("http", ports)
        exposed = subprocess.run([STRATA, "--db", self.folder / "other", "serve", "--redis", "127.0.0.1:0", "--http", "0.0.0.0:0"],
                                 text=True, capture_output=True, timeout=20, check=False)
        self.assertEqual(2, exposed.returncode)
        self.assertIn("--http 0.0.0.0:0 lets others", exposed.stderr)


class Infra(unittest.TestCase):
    @unittest.skipUnless(shutil.which("promtool"), "promtool (package prometheus) isn't installed")
    def test_alert_rules_do_what_their_tests_say(self):
        run = subprocess.run(["promtool", "test", "rules", RULES / "alerts_test.yml"], text=True, capture_output=True, check=False)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        run = subprocess.run(["promtool", "check", "config", RULES / "prometheus.yml"], text=True, capture_output=True, check=False)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)

    def test_every_alert_has_a_case_in_which_it_fires(self):
        alerts = re.findall(r"- alert: (\w+)", (RULES / "alerts.yml").read_text())
        cases = (RULES / "alerts_test.yml").read_text()
        self.assertGreater(len(alerts), 5)
        for alert in alerts:
            self.assertRegex(cases, rf"alertname: {alert}\n\s+exp_alerts:\n\s+- exp_labels")
            self.assertIn(f"alertname: {alert}, exp_alerts: []", cases)

    def test_rules_and_board_name_metrics_that_are_documented(self):
        documented = set(re.findall(r"^\| `((?:strata|process)_\w+)`", (ROOT / "docs/observability.md").read_text(), re.M))
        texts = [(RULES / "alerts.yml").read_text()] + [target["expr"] for panel in json.loads(BOARD.read_text())["panels"]
                                                        for target in panel.get("targets", [])]
        for text in texts:
            for name in re.findall(r"\b((?:strata|process)_[a-z_]+)\b(?=[{\[\s)]|$)", text):
                self.assertIn(re.sub(r"_(bucket|sum|count)$", "", name), documented, text)

    def test_the_board_asks_for_its_source(self):
        board = json.loads(BOARD.read_text())
        self.assertEqual("DS_PROMETHEUS", board["__inputs"][0]["name"])
        panels = [panel for panel in board["panels"] if panel["type"] != "row"]
        self.assertGreater(len(panels), 10)
        for panel in panels:
            self.assertEqual("${DS_PROMETHEUS}", panel["datasource"]["uid"])
            self.assertTrue(panel["targets"], panel["title"])
        self.assertEqual(len(board["panels"]), len({panel["id"] for panel in board["panels"]}))


if __name__ == "__main__":
    unittest.main()
