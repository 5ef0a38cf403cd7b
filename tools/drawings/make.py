#!/usr/bin/env python3
"""Writes the drawings of the lessons. Each is made from data by a function here in tools/drawings.

usage: make.py [ROOT] [--check]     --check: writes nothing, and says which aren't as they would be made
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from drawings import (  # noqa: E402
    backup_and_restore,
    client,
    event_loop,
    observability,
    redis_protocol,
    scrub_and_repair,
    tls,
    typed_api,
)

# {slug of a lesson: {file in its folder: function that draws it}}
DRAWINGS = {
    "event-loop": {"pieces.svg": event_loop.pieces},
    "redis-protocol": {"places.svg": redis_protocol.places},
    "typed-api": {"frames.svg": typed_api.frames, "leases.svg": typed_api.leases},
    "client": {"attempts.svg": client.attempts, "stall.svg": client.stall},
    "observability": {"buckets.svg": observability.buckets, "ring.svg": observability.ring},
    "scrub-and-repair": {"walk.svg": scrub_and_repair.walk, "around.svg": scrub_and_repair.around},
    "tls-and-identities": {"hidden.svg": tls.hidden, "records.svg": tls.records},
    "backup-and-restore": {"repository.svg": backup_and_restore.repository, "moments.svg": backup_and_restore.moments},
}


def all_of(root):
    """(path, SVG) of each drawing. A tree that ends with an earlier lesson hasn't all of the folders."""
    for slug, drawings in DRAWINGS.items():
        for folder in sorted(Path(root).glob(f"lessons/[0-9][0-9]-{slug}")):
            for name, draw in drawings.items():
                yield folder / name, draw().svg()


def main(arguments):
    check = "--check" in arguments
    root = next((word for word in arguments if not word.startswith("--")), ".")
    stale = [(path, svg) for path, svg in all_of(root) if not path.is_file() or path.read_text() != svg]
    for path, svg in stale:
        print(f"{path}: {'is not as tools/drawings makes it; run tools/drawings/make.py' if check else 'written'}")
        if not check:
            path.write_text(svg)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
