"""Rows of bench_server.py about connections that hardly do anything.

idle-memory: how much the server's resident memory grows for each connection that was greeted and
then is silent; Redis beside it, after the seconds in which it gives buffers back.

slow-connections: 5,000 clients that ask now and then, a given rate in all; the p99 of their
latencies with and without 5,000 more that send a byte in ten seconds, in turns.
"""

import json
import math
import resource
import socket
import statistics
import subprocess
import threading
import time

IDLE = 5_000
SLOW = 5_000
FAST = 5_000
RATE = 4_000
KEYS = 10_000
SLOW_SECONDS = 10
SETTLE_SECONDS = 8
IDLE_GOAL_BYTES = 4096
REQUEST = b"*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000001\r\n"


def allow_descriptors():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def connect(port, count):
    """Connections that have said PING once, and were answered."""
    clients = []
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", port), timeout=10)
        client.sendall(b"PING\r\n")
        clients.append(client)
    for client in clients:
        if client.recv(64) != b"+PONG\r\n":
            raise OSError("a connection isn't greeted")
    return clients


def bytes_of_idle(server):
    for client in connect(server.port, 200):  # What the first connections cost is nobody's.
        client.close()
    time.sleep(1)
    before = server.resident_kib()
    clients = connect(server.port, IDLE)
    time.sleep(SETTLE_SECONDS)
    grown = (server.resident_kib() - before) * 1024 / IDLE
    for client in clients:
        client.close()
    return grown


def idle_memory(strata, redis):
    allow_descriptors()
    return {"workload": "idle-memory", "peer": redis.name, "ratio_best_peer": None, "connections": IDLE,
            "strata_bytes": bytes_of_idle(strata), "peer_bytes": bytes_of_idle(redis), "goal_bytes": IDLE_GOAL_BYTES}


class Crowd:
    """Clients that send a request byte by byte, one in SLOW_SECONDS each."""

    def __init__(self, port):
        self.clients = connect(port, SLOW)
        self.over = threading.Event()
        self.sent = 0
        self.thread = threading.Thread(target=self.trickle)
        self.thread.start()

    def trickle(self):
        start = time.monotonic()
        while not self.over.wait(0.02):
            due = int((time.monotonic() - start) * SLOW / SLOW_SECONDS)
            for i in range(self.sent, due):
                at = (i // SLOW) % len(REQUEST)
                self.clients[i % SLOW].sendall(REQUEST[at:at + 1])
            self.sent = due

    def end(self):
        self.over.set()
        self.thread.join()
        for client in self.clients:
            client.close()


def p99_us(server, program, *flags):
    output = subprocess.run(
        [program, "--quiet", "--json", "load", "--redis", f"127.0.0.1:{server.port}", "--connections", str(FAST),
         "--rate", str(RATE), "--mix", "get=1", "--keys", str(KEYS), "--warmup", "1s", "--duration", "5s", *flags],
        capture_output=True, text=True, check=True).stdout
    return json.loads(output)["latency"][0]["p99"] / 1000


def slow_connections(server, program, launches):
    allow_descriptors()
    p99_us(server, program, "--preload")
    samples = []
    for launch in range(launches):
        pair = {}
        for slow in (True, False) if launch % 2 else (False, True):
            crowd = Crowd(server.port) if slow else None
            try:
                pair[slow] = p99_us(server, program)
            finally:
                if crowd:
                    crowd.end()
        samples.append(pair)
    logs = [math.log(pair[True] / pair[False]) for pair in samples]
    return {"workload": "slow-connections", "peer": None, "ratio_best_peer": None, "connections": FAST,
            "slow": SLOW, "rate": RATE, "p99_us": statistics.median(pair[False] for pair in samples),
            "p99_us_beside_slow": statistics.median(pair[True] for pair in samples),
            "growth": math.exp(statistics.fmean(logs)), "growths": [math.exp(value) for value in logs], "growth_goal": 2.0}


def show(row):
    if row["workload"] == "idle-memory":
        met = "met" if row["strata_bytes"] <= row["goal_bytes"] else "short of"
        return (f"idle-memory: {row['strata_bytes']:.0f} bytes a connection, {row['peer']} {row['peer_bytes']:.0f}; "
                f"{met} {row['goal_bytes']}")
    met = "met" if row["growth"] <= row["growth_goal"] else "short of"
    return (f"slow-connections: p99 {row['p99_us']:.0f} us, beside {row['slow']} slow ones "
            f"{row['p99_us_beside_slow']:.0f} us: x {row['growth']:.2f} [{min(row['growths']):.2f}, "
            f"{max(row['growths']):.2f}]; {met} {row['growth_goal']}")
