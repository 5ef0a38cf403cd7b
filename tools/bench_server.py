#!/usr/bin/env python3
"""Strata's Redis front beside Debian's redis-server, driven by the same redis-benchmark.
usage: bench_server.py [--quick] [--json FILE] [--launches N] [--requests N] [--keys N] [--only A,B]

Each row is measured in launches: in each, the two servers take turns, in an order drawn anew, and
their ratio is one sample. A row's ratio is the geometric mean, its interval that of a t-test on the
logarithms (95 %). Above 1 is better for Strata. "us/req" is the server's own processor time for a
request: with one request under way a client, redis-benchmark is the limit on two processors, and
that is what to look at. Both stores are on the disk of --dir, and have the same keys.
"""

import argparse
import json
import math
import os
import pathlib
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

# name, the command, requests under way a client, Strata's server, Redis's server, the goal
ROWS = [
    ("set-always", "set", 1, "always", "always", 1.2),
    ("set-always-p16", "set", 16, "always", "always", 1.5),
    ("get", "get", 1, "always", "none", 1.0),
    ("get-p16", "get", 16, "always", "none", 0.6),
    ("set-interval", "set", 1, "interval", "everysec", 1.0),
    ("set-interval-p16", "set", 16, "interval", "everysec", 0.8),
    ("incr-always-p16", "incr", 16, "always", "always", None),
]
# Two-sided 95 % points of Student's t, by degrees of freedom.
T95 = [math.nan, 12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]


class Server:
    """A server process on a free port, with its processor time."""

    def __init__(self, name, command, port, log):
        self.name = name
        self.port = port
        self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return math.nan

    def await_ready(self):
        for _ in range(300):
            if self.process.poll() is not None:
                sys.exit(f"bench_server: {self.name} ended at once; see its log")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(64).startswith(b"+PONG"):
                        return
            except OSError:
                pass
            time.sleep(0.1)
        sys.exit(f"bench_server: {self.name} doesn't answer")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_all(directory, program):
    log = open(directory / "servers.log", "wb")
    servers = {}
    for sync in ("always", "interval"):
        port = free_port()
        servers["strata", sync] = Server(
            f"strata --sync {sync}",
            [program, "--db", str(directory / f"strata-{sync}"), "--sync", sync, "serve", "--redis",
             f"127.0.0.1:{port}"], port, log)
    for sync in ("always", "everysec", "none"):
        port = free_port()
        home = directory / f"redis-{sync}"
        home.mkdir()
        appends = ["--appendonly", "no"] if sync == "none" else ["--appendonly", "yes", "--appendfsync", sync]
        servers["redis", sync] = Server(
            f"redis-server {sync}", ["redis-server", "--port", str(port), "--dir", str(home), "--save", ""] + appends,
            port, log)
    for server in servers.values():
        server.await_ready()
    return servers


def run_client(server, command, pipeline, requests, keys):
    """Requests a second, and the server's microseconds of processor time for each."""
    before = server.cpu_seconds()
    output = subprocess.run(
        ["redis-benchmark", "-p", str(server.port), "-t", command, "-n", str(requests), "-r", str(keys), "-d", "100",
         "-c", "50", "-P", str(pipeline), "--csv"], capture_output=True, text=True, check=True).stdout
    row = output.strip().splitlines()[-1].split(",")
    return float(row[1].strip('"')), (server.cpu_seconds() - before) / requests * 1e6


def preload(servers, keys):
    for server in servers.values():
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            stream = connection.makefile("rb")
            for first in range(0, keys, 10_000):
                count = min(10_000, keys - first)
                words = [f"key:{i:012d}".encode() for i in range(first, first + count)]
                connection.sendall(b"".join(b"*3\r\n$3\r\nSET\r\n$16\r\n" + word + b"\r\n$100\r\n" + b"x" * 100 + b"\r\n"
                                            for word in words))
                for _ in range(count):
                    if not stream.readline().startswith(b"+OK"):
                        sys.exit(f"bench_server: {server.name} refuses a SET")


def interval_of(ratios):
    logs = [math.log(ratio) for ratio in ratios]
    mean = statistics.fmean(logs)
    if len(logs) < 2:
        return math.exp(mean), math.nan, math.nan
    degrees = min(len(logs) - 1, len(T95) - 1)
    half = T95[degrees] * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(mean), math.exp(mean - half), math.exp(mean + half)


def measure(row, servers, options, order):
    name, command, pipeline, ours, theirs, goal = row
    samples = {"strata": [], "redis": []}
    requests = options.requests * (4 if pipeline > 1 else 1)
    for _ in range(options.launches):
        pair = [("strata", ours), ("redis", theirs)]
        order.shuffle(pair)
        for key in pair:
            samples[key[0]].append(run_client(servers[key], command, pipeline, requests, options.keys))
    ratio, low, high = interval_of([a[0] / b[0] for a, b in zip(samples["strata"], samples["redis"])])
    middle = {who: [statistics.median(column) for column in zip(*samples[who])] for who in samples}
    return {"workload": name, "pipeline": pipeline, "peer": f"redis {theirs}", "ratio_best_peer": ratio,
            "interval": [low, high], "goal": goal, "strata_per_s": middle["strata"][0],
            "peer_per_s": middle["redis"][0], "strata_cpu_us": middle["strata"][1], "peer_cpu_us": middle["redis"][1]}


def machine():
    facts = {"cpus": os.cpu_count()}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            facts["cpu"] = line.split(":", 1)[1].strip()
            break
    for index in sorted(pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((index / name).read_text().strip() for name in ("level", "type", "size"))
        facts[f"L{level} {kind}"] = size
    return facts


def verdict(row):
    if row["goal"] is None:
        return ""
    low, high = row["interval"]
    if low <= row["goal"] <= high:
        return f"{'met' if row['ratio_best_peer'] >= row['goal'] else 'short of'} {row['goal']} ?"
    return f"{'met' if row['ratio_best_peer'] >= row['goal'] else 'short of'} {row['goal']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer requests, keys and launches")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--launches", type=int)
    parser.add_argument("--requests", type=int)
    parser.add_argument("--keys", type=int)
    parser.add_argument("--only", default="", help="rows, by name")
    parser.add_argument("--program", default=str(ROOT / "build/release/bin/strata"))
    parser.add_argument("--dir", type=pathlib.Path, help="where the stores are (default: a temporary folder)")
    options = parser.parse_args()
    options.launches = options.launches or (3 if options.quick else 7)
    options.requests = options.requests or (50_000 if options.quick else 200_000)
    options.keys = options.keys or (100_000 if options.quick else 1_000_000)
    for tool in ("redis-server", "redis-benchmark"):
        if shutil.which(tool) is None:
            sys.exit(f"bench_server: {tool} isn't installed: run ./dev setup peers")
    wanted = set(filter(None, options.only.split(",")))
    unknown = wanted - {row[0] for row in ROWS}
    if unknown:
        sys.exit(f"bench_server: no row {', '.join(sorted(unknown))}; there are {', '.join(row[0] for row in ROWS)}")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="strata-bench-server-", dir=options.dir))
    servers = start_all(directory, options.program)
    rows = []
    try:
        preload(servers, options.keys)
        print(f"{'row':18} {'Strata/s':>10} {'Redis/s':>10}  {'ratio':18} {'us/req':>14}  goal")
        for row in ROWS:
            if wanted and row[0] not in wanted:
                continue
            rows.append(measure(row, servers, options, random.Random(row[0])))
            last = rows[-1]
            low, high = last["interval"]
            ratio = f"{last['ratio_best_peer']:.2f} [{low:.2f}, {high:.2f}]"
            cpu = f"{last['strata_cpu_us']:.2f} / {last['peer_cpu_us']:.2f}"
            print(f"{last['workload']:18} {last['strata_per_s']:10.0f} {last['peer_per_s']:10.0f}  {ratio:18} "
                  f"{cpu:>14}  {verdict(last)}", flush=True)
        memory = {server.name: round(server.resident_mib(), 1) for server in servers.values()}
        print("resident MiB: " + ", ".join(f"{name} {mib}" for name, mib in memory.items()))
        facts = machine()
        print("machine: " + ", ".join(f"{name} {value}" for name, value in facts.items()))
        if options.json:
            options.json.write_text(json.dumps({"rows": rows, "resident_mib": memory, "machine": facts}, indent=1) + "\n")
    finally:
        for server in servers.values():
            server.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
