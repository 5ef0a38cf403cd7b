#!/usr/bin/env python3
"""Real data for the demo, as lines "key TAB value" on standard output.

usage: demo_data.py unicode [FILE]          the characters, from UnicodeData.txt or from Python
       demo_data.py packages                what this machine knows of software packages
       demo_data.py slowly FILE             the lines of FILE, in bursts over a few seconds
       demo_data.py compare FILE N STORE    are the first N lines of FILE all in the export STORE?
"""

import glob
import os
import random
import re
import subprocess
import sys
import time
import unicodedata


def unicode_records(path=None):
    """One record a character: U+0041 and the rest of its line in the database."""
    if path:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                code, rest = line.rstrip("\n").split(";", 1)
                yield f"U+{code}", rest
        return
    for code in range(sys.maxunicode + 1):
        if name := unicodedata.name(chr(code), ""):
            yield f"U+{code:04X}", f"{name};{unicodedata.category(chr(code))}"


def paragraphs(text):
    """One record a paragraph of a Debian control file: the package, and all fields on one line."""
    for paragraph in text.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Version|Architecture): *(.*)$", paragraph, re.M))
        if "Package" in fields:
            key = "{Package}/{Version}/{Architecture}".format(**{"Version": "-", "Architecture": "-", **fields})
            yield key, re.sub(r"\s+", " ", paragraph)


def package_records():
    """From the richest source that this machine has: the package lists, what is installed, files."""
    try:
        text = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, check=True).stdout
        records = dict(paragraphs(text.decode(errors="replace")))
    except (OSError, subprocess.CalledProcessError):
        records = {}
    if len(records) < 5000 and os.path.exists("/var/lib/dpkg/status"):
        with open("/var/lib/dpkg/status", encoding="utf-8", errors="replace") as status:
            records.update(paragraphs(status.read()))
    for listing in sorted(glob.glob("/var/lib/dpkg/info/*.list")) if len(records) < 5000 else []:
        package = os.path.basename(listing)[:-len(".list")]
        with open(listing, encoding="utf-8", errors="replace") as files:
            records.update((f"{package}:{file.strip()}", "installed") for file in files)
    shuffled = sorted(records.items())
    random.Random(1).shuffle(shuffled)  # Sorted input would leave compaction nothing to do.
    return shuffled


def slowly(path):
    """A twentieth of the lines every 0.15 s, so that a crash has something to interrupt."""
    with open(path, "rb") as file:
        lines = file.readlines()
    burst = max(1, len(lines) // 20)
    for start in range(0, len(lines), burst):
        sys.stdout.buffer.writelines(lines[start:start + burst])
        sys.stdout.buffer.flush()
        time.sleep(0.15)


def unescape(text):
    """The bytes that an escaped field of a TSV file stands for."""
    named = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}
    return re.sub(rb"\\(x([0-9a-fA-F]{2})|.)", lambda match: bytes([int(match[2], 16)]) if match[2]
                  else named.get(match[1], match[1]), text)


def read_tsv(path):
    with open(path, "rb") as lines:
        return [tuple(unescape(field) for field in line.rstrip(b"\n").split(b"\t", 1)) for line in lines]


def compare(path, acked, store):
    """Says whether each acknowledged record is in the store with its value; False if one is not."""
    lines, found = read_tsv(path), dict(read_tsv(store))
    lost = sum(found.get(key) != value for key, value in lines[:acked])
    sent = dict(lines)
    strange = sum(sent.get(key) != value for key, value in found.items())
    print(f"sent {len(lines):,}; acknowledged before the crash {acked:,}; in the store now {len(found):,}")
    if lost or strange:
        print(f"LOST: {lost:,} acknowledged records are missing or changed; {strange:,} were never sent")
    else:
        more = len(found) - acked
        print(f"Every one of the {acked:,} acknowledged records is there, and "
              + (f"{more:,} that were written but not yet acknowledged." if more else "no other."))
    return not lost and not strange


def main(verb, *args):
    if verb == "compare":
        return 0 if compare(args[0], int(args[1]), args[2]) else 1
    if verb == "slowly":
        slowly(*args)
        return 0
    for key, value in {"unicode": unicode_records, "packages": package_records}[verb](*args):
        print(key, value.replace("\\", "\\\\").replace("\t", "\\t"), sep="\t")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
