"""Tests of tools/demo.sh with a stand-in for the strata program: the demo must believe a store that
keeps what it acknowledged, and only that one."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]

STAND_IN = r"""#!/usr/bin/env python3
import sys
if sys.argv[1] == "help":
    sys.exit(0 if sys.argv[2] in VERBS else 2)
arguments = sys.argv[sys.argv.index("--db") + 2:]
data = sys.argv[sys.argv.index("--db") + 1] + ".data"
if arguments[0] == "export":
    open(arguments[-1], "w").write(open(data).read())
elif arguments[0] == "import":
    count, batch = 0, []
    source = sys.stdin if arguments[-1] == "-" else open(arguments[-1])
    with open(data, "a") as out:
        for line in source:
            batch.append(line)
            if len(batch) == 100:
                out.writelines(batch[LOST:])
                out.flush()
                count += len(batch)
                batch = []
                if "--ack-file" in arguments:
                    with open(arguments[arguments.index("--ack-file") + 1], "a") as file:
                        print(count, file=file)
        out.writelines(batch)
"""


class Demo(unittest.TestCase):
    def run_demo(self, lost_per_batch, verbs=("inspect", "verify", "trace")):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder, "strata")
            program.write_text(STAND_IN.replace("LOST", str(lost_per_batch)).replace("VERBS", repr(verbs)))
            program.chmod(0o755)
            data = pathlib.Path(folder, "packages.tsv")
            data.write_text("".join(f"key{i}\tvalue {i}\n" for i in range(6000)))
            return subprocess.run([ROOT / "tools/demo.sh", program, f"{folder}/demo"], text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=100, check=False,
                                  env={**os.environ, "STRATA_DEMO_PACKAGES": str(data)})

    def test_a_store_that_keeps_what_it_acknowledged_passes(self):
        run = self.run_demo(0)
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertRegex(run.stdout, r"Every one of the [34],\d00 acknowledged records is there")
        self.assertEqual(3, run.stdout.split("Three commands to try next\n")[1].split("\n\n")[0].count("\n") + 1)

    def test_a_store_that_loses_an_acknowledged_record_fails(self):
        run = self.run_demo(1)
        self.assertEqual(1, run.returncode)
        self.assertIn("LOST:", run.stdout)
        self.assertIn("this is a bug", run.stderr)

    def test_a_program_of_an_early_lesson_shows_what_it_can(self):
        run = self.run_demo(0, verbs=())
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertIn("the crash comes with lesson write-ahead-log", run.stdout)
        run = self.run_demo(0, verbs=("inspect",))
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertIn("Every one of the", run.stdout)
        self.assertNotIn(" verify", run.stdout)


if __name__ == "__main__":
    unittest.main()
