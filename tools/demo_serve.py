#!/usr/bin/env python3
"""Serves a store, counts in it over the Redis protocol, kills the server with -9 in the middle, serves it again and compares.
usage: demo_serve.py PROGRAM DIRECTORY
"""

import json
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

CLIENTS = 4
PIPELINE = 8
SECONDS = 1.5


def serve(program, directory):
    ports = pathlib.Path(directory).parent / "ports.json"
    ports.unlink(missing_ok=True)
    process = subprocess.Popen([program, "--db", directory, "--quiet", "serve", "--redis", "127.0.0.1:0", "--ports-file", str(ports)])
    for _ in range(200):
        if ports.exists():
            return process, json.loads(ports.read_text())["redis"]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    sys.exit("demo: the server didn't start")


class Client(threading.Thread):
    """Adds one again and again, a few requests at once; knows the last number that it was told."""

    def __init__(self, number, port):
        super().__init__()
        self.request = f"INCR visits:{number}\r\n".encode() * PIPELINE
        self.port = port
        self.told = 0
        self.sent = 0

    def run(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port)) as connection:
                replies = connection.makefile("rb")
                while True:
                    self.sent += PIPELINE
                    connection.sendall(self.request)
                    for _ in range(PIPELINE):
                        line = replies.readline()
                        if not line.startswith(b":"):
                            return
                        self.told = int(line[1:])
        except OSError:
            pass


def ask(port, words):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall((" ".join(words) + "\r\n").encode())
        replies = connection.makefile("rb")
        size = int(replies.readline()[1:])
        return int(replies.readline()) if size >= 0 else 0


def main():
    program, directory = sys.argv[1:]
    process, port = serve(program, directory)
    print(f"$ strata --db {directory} serve --redis 127.0.0.1:{port} &")
    clients = [Client(number, port) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(SECONDS)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for client in clients:
        client.join()
    told = sum(client.told for client in clients)
    print(f"{CLIENTS} clients counted with INCR; the server was killed with -9 after {SECONDS} s: {told:,} acknowledged")
    process, port = serve(program, directory)
    counted = [ask(port, ["GET", f"visits:{number}"]) for number in range(CLIENTS)]
    process.terminate()
    if process.wait() != 0:
        sys.exit("demo: the server ended with an error")
    for client, count in zip(clients, counted):
        if not client.told <= count <= client.sent:
            sys.exit(f"demo: a client was told {client.told}, sent {client.sent}, and the store has {count}")
    print(f"served again: {sum(counted):,} counted, and nothing that was acknowledged is missing")
    if told == 0:
        sys.exit("demo: nothing was acknowledged before the crash")


if __name__ == "__main__":
    main()
