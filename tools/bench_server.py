#!/usr/bin/env python3
"""Strata's fronts beside Debian's redis-server and etcd, driven by the same client.
usage: bench_server.py [--quick] [--json FILE] [--launches N] [--requests N] [--keys N] [--only A,B]

Each row is measured in launches: in each, the two servers take turns, in an order drawn anew, and
their ratio is one sample. A row's ratio is the geometric mean, its interval that of a t-test on the
logarithms (95 %). Above 1 is better for Strata. "us/req" is the server's own processor time for a
request: with one request under way a client, redis-benchmark is the limit on two processors, and
that is what to look at. Both stores are on the disk of --dir, and have the same keys.

The client is redis-benchmark, 50 connections, and for gRPC `strata load`, 64 connections with one
call at a time. mixed-beyond-memory gives Strata a tenth of the data's bytes as memory, which Redis
can't be given: look at the memory that both take. watched compares Strata with itself: with a slow
log, scraped every second and with a listener for its events, over a server without all that. Rows
of connections have no peer: see bench_connections.py.
"""

import argparse
import contextlib
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
import threading
import time
import urllib.request

import bench_connections
from bench_rows import free_port, interval_of, machine, verdict

ROOT = pathlib.Path(__file__).resolve().parent.parent

# name, the command, requests under way a client, Strata's server, the peer's, the goal, and that of
# the peer's processor time a request over Strata's
ROWS = [
    ("set-always", "set", 1, "always", "redis always", 1.2, None),
    ("set-always-p16", "set", 16, "always", "redis always", 1.5, None),
    ("get", "get", 1, "always", "redis none", 1.0, None),
    ("get-p16", "get", 16, "always", "redis none", 0.6, None),
    ("set-interval", "set", 1, "interval", "redis everysec", 1.0, None),
    ("set-interval-p16", "set", 16, "interval", "redis everysec", 0.8, None),
    ("incr-always-p16", "incr", 16, "always", "redis always", None, None),
    ("grpc-put", "put", 1, "always", "etcd", 1.5, 2.0),
    ("grpc-get", "get", 1, "always", "etcd", 1.5, 2.0),
    ("mixed-beyond-memory", "get=80,put=20", 1, "little memory", "redis everysec", None, None),
    ("watched", "get", 16, "watched", "strata unwatched", 0.95, None),
]
CONNECTION_ROWS = ["idle-memory", "slow-connections"]
GRPC_CONNECTIONS = 64
ENTRY_BYTES = 116  # A key of 16, a value of 100.


class Server:
    """A server process, with its processor time. `port` speaks the Redis protocol, if any does;
    `grpc` is what `strata load` is told of the other one."""

    def __init__(self, name, command, log, port=None, grpc=()):
        self.name = name
        self.port = port
        self.grpc = grpc
        self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_kib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return math.nan

    def await_ready(self):
        for _ in range(300):
            if self.process.poll() is not None:
                sys.exit(f"bench_server: {self.name} ended at once; see its log")
            try:
                if self.answers():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        sys.exit(f"bench_server: {self.name} doesn't answer")

    def answers(self):
        if self.port is None:  # etcd: one that isn't ready closes what connects.
            return load(self, "get=1", 1, 64, GRPC_CONNECTIONS)["answered"] == 64
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def start_strata(directory, name, log, keys=0):
    """`name` is a way to sync, or what else the server has of its own."""
    port, grpc = free_port(), free_port()
    http = f"127.0.0.1:{free_port()}" if name == "watched" else "none"
    store = {"interval": ["--sync", "interval"],
             "little memory": ["--sync", "interval", "--memory", str(keys * ENTRY_BYTES // 10)],
             }.get(name, ["--sync", "always"])
    server = Server(f"strata {name}",
                    [PROGRAM[0], "--db", str(directory / f"strata-{name.replace(' ', '-')}"), *store, "serve", "--redis",
                     f"127.0.0.1:{port}", "--grpc", f"127.0.0.1:{grpc}", "--http", http, "--connections-max", "20000"],
                    log, port, ("--grpc", f"127.0.0.1:{grpc}"))
    server.http = http
    return server


def watch(server):
    """As a dashboard that is open and a Prometheus that is in a hurry: events, and a scrape a second."""
    def scrape():
        while server.process.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{server.http}/metrics", timeout=5) as page:
                page.read()
            time.sleep(1)

    def listen():
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{server.http}/api/v1/events") as events:
            while events.readline():
                pass

    for task in (scrape, listen):
        threading.Thread(target=task, daemon=True).start()


def unwatch(server):
    """Without a slow log; it has no metrics to be asked for."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"CONFIG SET slowlog-log-slower-than -1\r\n")
        if connection.recv(64) != b"+OK\r\n":
            sys.exit("bench_server: the slow log can't be turned off")


def start_redis(directory, sync, log):
    port, home = free_port(), directory / f"redis-{sync}"
    home.mkdir()
    appends = ["--appendonly", "no"] if sync == "none" else ["--appendonly", "yes", "--appendfsync", sync]
    return Server(f"redis {sync}", ["redis-server", "--port", str(port), "--dir", str(home), "--save", "",
                                    "--maxclients", "20000"] + appends, log, port)


def start_etcd(directory, log):
    """A single node, as Debian has it; but it may keep all versions of a long run."""
    clients, peers = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    return Server("etcd", ["etcd", "--data-dir", str(directory / "etcd"), "--listen-client-urls", clients,
                           "--advertise-client-urls", clients, "--listen-peer-urls", peers,
                           "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}",
                           "--quota-backend-bytes", str(8 << 30), "--log-level", "error"],
                  log, grpc=("--etcd", clients.removeprefix("http://")))


def start_all(directory, rows, keys):
    log = open(directory / "servers.log", "wb")
    servers = {}
    for name in sorted({row[3] for row in rows}):
        servers["strata", name] = start_strata(directory, name, log, keys)
    for name in sorted({row[4] for row in rows}):
        kind, _, rest = name.partition(" ")
        servers["peer", name] = (start_etcd(directory, log) if kind == "etcd" else
                                 start_strata(directory, rest, log) if kind == "strata" else
                                 start_redis(directory, rest, log))
    for server in servers.values():
        server.await_ready()
    if ("strata", "watched") in servers:
        watch(servers["strata", "watched"])
        unwatch(servers["peer", "strata unwatched"])
    return servers


def load(server, mix, keys, requests, connections, *flags, front=None):
    """The report of `strata load`, on the server's gRPC unless told otherwise."""
    done = subprocess.run([PROGRAM[0], "--quiet", "--json", "load", *(front or server.grpc), "--mix", mix, "--keys",
                           str(keys), "--connections", str(connections), "--requests", str(requests), *flags],
                          capture_output=True, text=True)
    if not done.stdout:
        raise OSError(done.stderr)
    return json.loads(done.stdout)["load"]


def by_load(row):
    """Its client is `strata load`: redis-benchmark knows neither gRPC nor mixes."""
    return row[0].startswith(("grpc-", "mixed-"))


def run_client(server, row, requests, keys):
    """Requests a second, and the server's microseconds of processor time for each."""
    before = server.cpu_seconds()
    if by_load(row):
        done = (load(server, f"{row[1]}=1", keys, requests, GRPC_CONNECTIONS) if row[0].startswith("grpc-") else
                load(server, row[1], keys, requests, 50, front=("--redis", f"127.0.0.1:{server.port}")))
        if done["errors"]:
            sys.exit(f"bench_server: {server.name} refuses calls")
        rate = done["rate_achieved"]
    else:
        output = subprocess.run(
            ["redis-benchmark", "-p", str(server.port), "-t", row[1], "-n", str(requests), "-r", str(keys), "-d",
             "100", "-c", "50", "-P", str(row[2]), "--csv"], capture_output=True, text=True, check=True).stdout
        rate = float(output.strip().splitlines()[-1].split(",")[1].strip('"'))
    return rate, (server.cpu_seconds() - before) / requests * 1e6


def preload(servers, keys):
    for server in servers.values():
        if server.port is None:
            load(server, "get=1", keys, 1, GRPC_CONNECTIONS, "--preload")
            continue
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


def measure(row, servers, options, order):
    name, _, pipeline, ours, theirs, goal, cpu_goal = row
    samples = {"strata": [], "peer": []}
    requests = options.requests * (4 if pipeline > 1 else 1)
    if name.startswith("grpc-"):
        requests //= 4  # etcd takes a while.
    for _ in range(options.launches):
        pair = [("strata", ours), ("peer", theirs)]
        order.shuffle(pair)
        for key in pair:
            samples[key[0]].append(run_client(servers[key], row, requests, options.keys))
    pairs = list(zip(samples["strata"], samples["peer"]))
    ratio, low, high = interval_of([a[0] / b[0] for a, b in pairs])
    cpu = interval_of([max(b[1], 0.01) / max(a[1], 0.01) for a, b in pairs])
    middle = {who: [statistics.median(column) for column in zip(*samples[who])] for who in samples}
    memory = {f"{who}_resident_mib": round(servers[pair].resident_kib() / 1024, 1)
              for who, pair in (("strata", ("strata", ours)), ("peer", ("peer", theirs)))}
    return {"workload": name, "pipeline": pipeline, "peer": theirs, "ratio_best_peer": ratio,
            "interval": [low, high], "goal": goal, "strata_per_s": middle["strata"][0],
            "peer_per_s": middle["peer"][0], "strata_cpu_us": middle["strata"][1], "peer_cpu_us": middle["peer"][1],
            "cpu_ratio": cpu[0], "cpu_interval": cpu[1:], "cpu_goal": cpu_goal, **memory}


def show(row):
    low, high = row["interval"]
    ratio = f"{row['ratio_best_peer']:.2f} [{low:.2f}, {high:.2f}]"
    cpu = f"{row['strata_cpu_us']:.2f} / {row['peer_cpu_us']:.2f}"
    goals = verdict(row["ratio_best_peer"], row["interval"], row["goal"])
    if row["workload"].startswith("mixed-"):
        goals += f"{row['strata_resident_mib']} MiB resident, {row['peer']} {row['peer_resident_mib']}"
    if row["cpu_goal"] is not None:
        goals += f"; processor {row['cpu_ratio']:.2f}, {verdict(row['cpu_ratio'], row['cpu_interval'], row['cpu_goal'])}"
    print(f"{row['workload']:19} {row['strata_per_s']:10.0f} {row['peer_per_s']:10.0f}  {ratio:18} {cpu:>16}  {goals}",
          flush=True)


def connection_rows(wanted, directory, options):
    """Each on servers of its own, that nobody has used before."""
    log = open(directory / "connections.log", "wb")
    rows = []
    for name in (name for name in CONNECTION_ROWS if not wanted or name in wanted):
        home = pathlib.Path(tempfile.mkdtemp(dir=directory))
        servers = [start_strata(home, "always", log)]
        if name == "idle-memory":
            servers.append(start_redis(home, "none", log))
        try:
            for server in servers:
                server.await_ready()
            rows.append(bench_connections.idle_memory(*servers) if name == "idle-memory" else
                        bench_connections.slow_connections(*servers, PROGRAM[0], options.launches))
            print(bench_connections.show(rows[-1]), flush=True)
        finally:
            for server in servers:
                server.stop()
    return rows


PROGRAM = [str(ROOT / "build/release/bin/strata")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer requests, keys and launches")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--launches", type=int)
    parser.add_argument("--requests", type=int)
    parser.add_argument("--keys", type=int)
    parser.add_argument("--only", default="", help="rows, by name")
    parser.add_argument("--program", default=PROGRAM[0])
    parser.add_argument("--dir", type=pathlib.Path, help="where the stores are (default: a temporary folder)")
    options = parser.parse_args()
    options.launches = options.launches or (3 if options.quick else 7)
    options.requests = options.requests or (50_000 if options.quick else 200_000)
    options.keys = options.keys or (100_000 if options.quick else 1_000_000)
    PROGRAM[0] = options.program
    for tool in ("redis-server", "redis-benchmark", "etcd"):
        if shutil.which(tool) is None:
            sys.exit(f"bench_server: {tool} isn't installed: run ./dev setup peers")
    wanted = set(filter(None, options.only.split(",")))
    names = [row[0] for row in ROWS] + CONNECTION_ROWS
    if unknown := wanted - set(names):
        sys.exit(f"bench_server: no row {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="strata-bench-server-", dir=options.dir))
    chosen = [row for row in ROWS if not wanted or row[0] in wanted]
    servers = start_all(directory, chosen, options.keys)
    rows = []
    try:
        preload(servers, options.keys)
        if chosen:
            print(f"{'row':19} {'Strata/s':>10} {'peer/s':>10}  {'ratio':18} {'us/req':>16}  goal")
        for row in chosen:
            rows.append(measure(row, servers, options, random.Random(row[0])))
            show(rows[-1])
        memory = {server.name: round(server.resident_kib() / 1024, 1) for server in servers.values()}
        if memory:
            print("resident MiB: " + ", ".join(f"{name} {mib}" for name, mib in memory.items()))
        rows += connection_rows(wanted, directory, options)
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
