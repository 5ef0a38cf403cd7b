#!/usr/bin/env python3
"""What trust costs: Strata with TLS beside Strata without, and how fast files are scrubbed.
usage: bench_trust.py [--quick] [--json FILE] [--launches N] [--requests N] [--keys N]

Each row of requests is measured in launches: in each, the two servers take turns, in an order drawn
anew, and their ratio is one sample; a row's ratio is the geometric mean, its interval that of a
t-test on the logarithms (95 %). Below 1 is what TLS costs. "us/req" is the server's own processor
time: on two processors redis-benchmark, which decrypts too, is the limit, and its rate tells what
both of them cost together. Clients show certificates, and keep their connections.

handshakes: new connections one after the other (openssl s_time), each a whole handshake with a
certificate of the client, and the server's processor time for each.
scrub: a store of --keys entries, read to its end and checked, as `strata scrub` does.
"""

import argparse
import json
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import bench_server
from bench_rows import free_port, interval_of, machine, verdict

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build/release/bin/strata"

# name, the command, requests under way a client, the goal
ROWS = [("tls-get", "get", 1, 0.7), ("tls-set", "set", 1, None), ("tls-get-p16", "get", 16, None),
        ("tls-set-p16", "set", 16, None)]
CLIENTS = 50


def strata(*arguments):
    return subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, text=True, check=True).stdout


class TrustServer(bench_server.Server):
    """With certificates, or without; both are preloaded and synced by interval."""

    def __init__(self, name, directory, log, papers=None):
        self.papers = papers
        port = free_port()
        tls = [] if papers is None else [
            "--tls-cert", papers / "server.pem", "--tls-key", papers / "server.key", "--tls-client-ca", papers / "ca.pem",
            "--tls-clients", "required", "--tls-revoked", papers / "revoked.pem"]
        super().__init__(name, [str(PROGRAM), "--db", str(directory / name), "--sync", "interval", "serve", "--redis",
                                f"127.0.0.1:{port}", "--grpc", "none", "--http", "none", *map(str, tls)], log, port)

    def client(self, *command):
        words = [command[0], "-p", str(self.port)]
        if self.papers is not None:
            words += ["--tls", "--cacert", str(self.papers / "ca.pem"), "--cert", str(self.papers / "client.pem"),
                      "--key", str(self.papers / "client.key")]
        return subprocess.run([*words, *command[1:]], capture_output=True, text=True, check=True).stdout

    def answers(self):
        return self.client("redis-cli", "ping").startswith("PONG")

    def await_ready(self):
        for _ in range(100):
            if self.process.poll() is not None:
                sys.exit(f"bench_trust: {self.name} ended at once; see its log")
            try:
                if self.answers():
                    return
            except subprocess.CalledProcessError:
                pass
            time.sleep(0.1)
        sys.exit(f"bench_trust: {self.name} doesn't answer")

    def requests(self, command, pipeline, requests, keys):
        before = self.cpu_seconds()
        output = self.client("redis-benchmark", "-t", command, "-n", str(requests), "-r", str(keys), "-d", "100", "-c",
                             str(CLIENTS), "-P", str(pipeline), "--csv")
        rate = float(output.strip().splitlines()[-1].split(",")[1].strip('"'))
        return rate, (self.cpu_seconds() - before) / requests * 1e6


def measure(row, plain, tls, options):
    name, command, pipeline, goal = row
    order, samples = random.Random(name), {"plain": [], "tls": []}
    requests = options.requests * (4 if pipeline > 1 else 1)
    for _ in range(options.launches):
        pair = [("plain", plain), ("tls", tls)]
        order.shuffle(pair)
        for which, server in pair:
            samples[which].append(server.requests(command, pipeline, requests, options.keys))
    ratio, low, high = interval_of([a[0] / b[0] for a, b in zip(samples["tls"], samples["plain"])])
    middle = {which: [statistics.median(column) for column in zip(*samples[which])] for which in samples}
    return {"workload": name, "pipeline": pipeline, "ratio": ratio, "interval": [low, high], "goal": goal,
            "tls_per_s": middle["tls"][0], "plain_per_s": middle["plain"][0],
            "tls_cpu_us": middle["tls"][1], "plain_cpu_us": middle["plain"][1]}


def show(row):
    low, high = row["interval"]
    print(f"{row['workload']:12} {row['tls_per_s']:10.0f} {row['plain_per_s']:10.0f}  {row['ratio']:.2f} [{low:.2f}, {high:.2f}]"
          f"  {row['tls_cpu_us']:6.2f} / {row['plain_cpu_us']:.2f}  {verdict(row['ratio'], row['interval'], row['goal'])}",
          flush=True)


def handshakes(server, seconds):
    before = server.cpu_seconds()
    papers = server.papers
    output = subprocess.run(
        ["openssl", "s_time", "-connect", f"127.0.0.1:{server.port}", "-new", "-time", str(seconds), "-CAfile",
         str(papers / "ca.pem"), "-cert", str(papers / "client.pem"), "-key", str(papers / "client.key")],
        capture_output=True, text=True).stdout
    found = re.search(r"(\d+) connections in (\d+) real seconds", output)
    if found is None:
        sys.exit("bench_trust: openssl s_time made no connection: " + output)
    count = int(found.group(1))
    return {"workload": "handshakes", "per_s": count / seconds,
            "server_cpu_us": (server.cpu_seconds() - before) / max(count, 1) * 1e6}


def scrub(directory, keys):
    store = directory / "scrubbed"
    strata("--db", store, "--sync", "none", "bench", "fillrandom", "--num", keys, "--value-size", "100")
    start = time.monotonic()
    report = json.loads(strata("--db", store, "-o", "json", "scrub"))
    seconds = time.monotonic() - start
    numbers = report.get("scrub", report)
    size = int(numbers["bytes"])
    return {"workload": "scrub", "bytes": size, "mb_per_s": size / seconds / 1e6}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer requests, keys and launches")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--launches", type=int)
    parser.add_argument("--requests", type=int)
    parser.add_argument("--keys", type=int)
    options = parser.parse_args()
    options.launches = options.launches or (3 if options.quick else 7)
    options.requests = options.requests or (50_000 if options.quick else 200_000)
    options.keys = options.keys or (100_000 if options.quick else 1_000_000)
    for tool in ("redis-benchmark", "redis-cli", "openssl"):
        if shutil.which(tool) is None:
            sys.exit(f"bench_trust: {tool} isn't installed: run ./dev setup peers test")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="strata-bench-trust-"))
    rows, servers = [], []
    try:
        strata("certs", "init", directory / "papers")
        with open(directory / "servers.log", "wb") as log:
            servers = [TrustServer("plain", directory, log), TrustServer("tls", directory, log, directory / "papers")]
            for server in servers:
                server.await_ready()
                server.requests("set", 16, options.keys * 2, options.keys)
            print(f"{'row':12} {'TLS/s':>10} {'plain/s':>10}  {'ratio':17}  {'us/req':>14}  goal")
            for row in ROWS:
                rows.append(measure(row, *servers, options))
                show(rows[-1])
            rows.append(handshakes(servers[1], 3 if options.quick else 10))
            print(f"handshakes: {rows[-1]['per_s']:.0f} a second, {rows[-1]['server_cpu_us']:.0f} us of the server's processor each")
            rows.append(scrub(directory, options.keys))
            print(f"scrub: {rows[-1]['mb_per_s']:.0f} MB/s of {rows[-1]['bytes'] / 1e6:.0f} MB")
        facts = machine()
        print("machine: " + ", ".join(f"{name} {value}" for name, value in facts.items()))
        if options.json:
            options.json.write_text(json.dumps({"rows": rows, "machine": facts}, indent=1) + "\n")
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
