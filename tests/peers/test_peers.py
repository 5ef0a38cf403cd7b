"""Tests of peers_bench, as ./dev bench peers runs it, with tiny sizes: every engine of this build gives the
same answers, and the reports are as docs/performance.md says."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("STRATA_BUILD_DIR", ROOT / "build/test"))
PROGRAM = BUILD / "bin/bench/peers/peers_bench"
TINY = ["--num", "1000", "--seconds", "0.01"]
ROW = {"workload": str, "group": str, "unit": str, "better": str, "launches": int,
       "strata": (int, float, type(None)), "peers": dict, "spread": dict,
       "best_peer": (str, type(None)), "ratio_best_peer": (int, float, type(None)),
       "interval": (list, type(None)), "best_lsm": (str, type(None)),
       "ratio_best_lsm": (int, float, type(None)), "interval_lsm": (list, type(None)), "goals": list}
GOAL = {"against": str, "goal": (int, float), "ratio": (int, float, type(None)), "met": bool, "sure": bool}
ENGINE = {"name": str, "version": str, "library": str, "assertions": str, "crc": str, "checksums": str,
          "durability": str, "log_structured": bool}


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} isn't built")
class Peers(unittest.TestCase):
    def run_bench(self, *arguments, status=0):
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder, "report.json")
            run = subprocess.run([PROGRAM, *TINY, "--dir", folder, "--json", report, *arguments], text=True,
                                 stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
            self.assertEqual(status, run.returncode, run.stdout + run.stderr)
            left = sorted(path.name for path in pathlib.Path(folder).iterdir() if path != report)
            self.assertEqual([], left, "stores were left behind")
            return json.loads(report.read_text()) if report.exists() else None, run

    def check_shape(self, shape, value):
        self.assertEqual(set(shape), set(value))
        for name, kind in shape.items():
            self.assertIsInstance(value[name], kind, name)

    def engines(self):
        run = subprocess.run([PROGRAM, "--list"], text=True, capture_output=True, check=True)
        return [line.split()[0] for line in run.stdout.split("\n\n")[1].splitlines()]

    def test_all_engines_agree_and_the_report_has_its_shape(self):
        report, run = self.run_bench("--only", "core,batch,ycsb-a,ycsb-e,load-4k,cold-4k,recovery,fillsync",
                                     "--launches", "1")
        engines = self.engines()
        self.assertEqual("strata", engines[0])
        self.assertTrue(report["complete"], report["notes"])
        for engine in report["engines"]:
            self.check_shape(ENGINE, engine)
        self.assertEqual(engines, [engine["name"] for engine in report["engines"]])
        self.assertEqual(3, len(report["answers"]), "operations, scan and scan after opening again")
        for digests in report["answers"].values():
            self.assertEqual(set(engines), set(digests))
            self.assertEqual(1, len(set(digests.values())), digests)
        rows = {row["workload"]: row for row in report["rows"]}
        self.assertEqual(len(rows), len(report["rows"]), "a workload has two rows")
        for row in rows.values():
            self.check_shape(ROW, row)
            self.assertIsNotNone(row["strata"], row["workload"])
            for goal in row["goals"]:
                self.check_shape(GOAL, goal)
        for workload in ("fillseq", "deleterandom", "readwhilewriting", "batchrandom", "ycsb-e", "cold-4k",
                         "fillseq.p999_us", "fillrandom.written_per_byte", "memory.resident_mib",
                         "space.overwritten_per_live_byte", "recovery.mb_per_s"):
            self.assertIn(workload, rows)
            self.assertIn(workload, run.stdout)
        plain = set(engines) - {"strata", "rocksdb-blob"}
        self.assertEqual(plain, set(rows["fillseq"]["peers"]))
        if "rocksdb" in engines:
            self.assertIn("rocksdb-tuned", rows["readmissing"]["peers"])
            self.assertIn("rocksdb-blob", rows["load-4k"]["peers"])
        if plain:
            self.assertGreater(rows["readrandom"]["ratio_best_peer"], 0)

    def test_strata_alone_over_launches(self):
        with tempfile.TemporaryDirectory() as folder:
            report, _ = self.run_bench("--engines", "strata", "--only", "fillseq", "--launches", "3",
                                       "--html", f"{folder}/peers.html", "--markdown", f"{folder}/peers.md")
            self.assertIn("<td>fillseq.p999_us", pathlib.Path(folder, "peers.html").read_text(encoding="utf-8"))
            self.assertIn("| fillseq.p999_us |", pathlib.Path(folder, "peers.md").read_text(encoding="utf-8"))
        row = report["rows"][0]
        self.assertEqual(("fillseq", 3, {}, None), (row["workload"], row["launches"], row["peers"],
                                                   row["ratio_best_peer"]))

    def test_a_run_ends_when_its_time_is_over(self):
        report, _ = self.run_bench("--engines", "strata", "--only", "fillseq", "--launches", "50",
                                   "--minutes", "0.02")
        self.assertLess(report["rows"][0]["launches"], 50)
        self.assertLess(report["config"]["seconds"], 20)

    def test_growth_measures_each_size(self):
        report, run = self.run_bench("--growth", "--sizes", "1M,2M", "--engines", "strata")
        self.assertEqual("growth", report["kind"])
        sizes = {(point["metric"], point["bytes"]) for point in report["points"]}
        for metric in ("ops_per_s", "written_per_byte", "readrandom", "disk_per_live_byte", "open_ms"):
            self.assertIn((metric, 1 << 20), sizes)
            self.assertIn((metric, 2 << 20), sizes)
        self.assertRegex(run.stdout, "last / first")

    def test_growth_draws_a_page(self):
        with tempfile.TemporaryDirectory() as folder:
            self.run_bench("--growth", "--sizes", "1M,2M,4M", "--engines", "strata", "--html", f"{folder}/growth.html")
            page = pathlib.Path(folder, "growth.html").read_text(encoding="utf-8")
        self.assertIn("4 MiB", page)
        self.assertGreater(page.count("<svg"), 20)
        self.assertNotIn("nan", page)
        self.assertNotRegex(page, r"(src|href)=\"http")

    def test_growth_stops_where_the_disk_does(self):
        report, run = self.run_bench("--growth", "--sizes", "1M,900000G", "--engines", "strata")
        self.assertEqual({1 << 20}, {point["bytes"] for point in report["points"]})
        self.assertRegex(run.stdout, r"NOTE: strata stops before .* GiB: that needs .* GiB of disk, and .* are free")

    def test_wrong_usage_is_said(self):
        for arguments in (["--num", "12"], ["--num"], ["--engines", "nosuch"], ["--only", "nosuch"], ["--colour"], ["--launches", "x"]):
            run = subprocess.run([PROGRAM, *arguments], text=True, capture_output=True, check=False)
            self.assertEqual(2, run.returncode, arguments)
            self.assertRegex(run.stderr, "^peers_bench: .*\nusage:")

    def test_every_goal_is_a_row_that_the_document_lists(self):
        goals = re.findall(r'\{"([a-z0-9_.-]+)", "[a-z-]+", [0-9.]+\}', (ROOT / "bench/peers/goals.cc").read_text())
        self.assertGreater(len(goals), 30)
        document = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
        for goal in goals:
            self.assertIn(f"`{goal.split('.')[0].rsplit('-', 1)[0]}", document)


if __name__ == "__main__":
    unittest.main()
