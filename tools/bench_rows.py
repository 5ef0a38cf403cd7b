"""What the benchmarks of whole processes share: the ratio of two that take turns, and the machine."""

import math
import os
import pathlib
import socket
import statistics

# Two-sided 95 % points of Student's t, by degrees of freedom.
T95 = [math.nan, 12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def interval_of(ratios):
    logs = [math.log(ratio) for ratio in ratios]
    mean = statistics.fmean(logs)
    if len(logs) < 2:
        return math.exp(mean), math.nan, math.nan
    degrees = min(len(logs) - 1, len(T95) - 1)
    half = T95[degrees] * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(mean), math.exp(mean - half), math.exp(mean + half)


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


def verdict(ratio, interval, goal):
    if goal is None:
        return ""
    word = "met" if ratio >= goal else "short of"
    return f"{word} {goal}" + (" ?" if interval[0] <= goal <= interval[1] else "")
