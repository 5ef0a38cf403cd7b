#!/usr/bin/env python3
"""Runs a program against a server of its own.
usage: with_server.py STRATA PROGRAM [ARGUMENT...]   PROGRAM is given HOST:PORT of the gRPC front, last
"""

import subprocess
import sys

from served import serving


def main(strata, program, *arguments):
    with serving(strata, "--grpc", "127.0.0.1:0") as server:
        return subprocess.run([program, *arguments, server.at("grpc")], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
