"""Reads gcovr's JSON summary, prints the share of lines that tests run in each module, and fails
where a storage module is below its floor.

usage: coverage.py SUMMARY.json
"""

import json
import sys
from collections import defaultdict

FLOOR = 90.0  # Percent of lines.
STORAGE = {"base", "io", "iter", "memtable", "wal", "sst", "blob", "version", "compaction",
           "journal", "read", "state", "commit", "upkeep", "recovery", "txn", "db"}


def by_module(summary):
    """{module: (lines that ran, lines)} of the files below src/."""
    found = defaultdict(lambda: [0, 0])
    for file in summary["files"]:
        parts = file["filename"].split("/")
        if parts[0] == "src" and len(parts) > 2:
            found[parts[1]][0] += file["line_covered"]
            found[parts[1]][1] += file["line_total"]
    return {module: tuple(lines) for module, lines in sorted(found.items())}


def report(modules):
    """(the lines to print, the storage modules below the floor)."""
    lines, low = [], []
    for module, (ran, total) in modules.items():
        share = 100.0 * ran / total if total else 100.0
        bound = f"  (floor {FLOOR:.0f} %)" if module in STORAGE else ""
        if module in STORAGE and share < FLOOR:
            low.append(module)
            bound += "  TOO LOW"
        lines.append(f"{module:12} {share:5.1f} %  {ran:6} of {total:6} lines{bound}")
    return lines, low


def main(arguments):
    if len(arguments) != 1:
        print("usage: coverage.py SUMMARY.json", file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        modules = by_module(json.load(file))
    missing = sorted(STORAGE - set(modules))
    if missing:
        print(f"coverage: nothing was measured in {', '.join(missing)}", file=sys.stderr)
        return 1
    lines, low = report(modules)
    print("\n".join(lines))
    if low:
        print(f"coverage: below {FLOOR:.0f} % of lines in {', '.join(low)}; the page shows which "
              "lines no test runs", file=sys.stderr)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
