"""Tests of ./dev, the part that builds nothing: a copy of it runs in an empty folder with stand-ins
for dpkg-query, apt-get, cmake and the rest, which note how they were called."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
VERBS = ["bench", "build", "clean", "conformance", "coverage", "demo", "docs", "fuzz", "lint", "run", "setup", "test"]

STAND_IN = """#!/bin/sh
printf '%s\\n' "{name} $*" >> "{log}"
{body}
"""


class Bench:
    """A folder with a copy of ./dev, and a PATH on which some commands are stand-ins."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.log = self.folder / "log"
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        shutil.copy(ROOT / "dev", self.folder)
        shutil.copy(ROOT / "CMakePresets.json", self.folder)
        for name in ("cmake", "ninja", "ctest", "apt-get", "dpkg"):
            self.stand_in(name)
        self.installed(everything=True)

    def stand_in(self, name, body="exit 0"):
        path = self.bin / name
        path.write_text(STAND_IN.format(name=name, log=self.log, body=body))
        path.chmod(0o755)

    def installed(self, everything=False, but=()):
        """What dpkg-query answers: each package asked for is there, or all but some."""
        absent = "|".join(but) or "nothing"
        loop = f'for p in "$@"; do case $p in -*|*{{*|{absent}) ;; *) echo "$p installed" ;; esac; done'
        self.stand_in("dpkg-query", loop if everything else "exit 1")

    def dev(self, *args, **environment):
        return subprocess.run(["./dev", *args], cwd=self.folder, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, check=False, timeout=60,
                              env={**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", **environment})

    def calls(self, of=""):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if line.startswith(of) and not line.startswith("dpkg-query")]


class Dev(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bench = Bench(folder.name)

    def test_alone_it_lists_every_verb_with_one_line(self):
        run = self.bench.dev()
        self.assertEqual(0, run.returncode)
        lines = [line for line in run.stdout.splitlines() if re.match(r"  \w", line)]
        self.assertEqual(VERBS, sorted(line.split()[0] for line in lines))
        for line in lines:
            self.assertGreater(len(line), 12)
            self.assertLessEqual(len(line), 100)
        self.assertEqual(run.stdout, self.bench.dev("--help").stdout)

    def test_an_unknown_verb_is_a_usage_error_that_names_the_nearest(self):
        run = self.bench.dev("tset")
        self.assertEqual((2, ""), (run.returncode, run.stdout))
        self.assertIn('did you mean "test"?', run.stderr)
        self.assertNotIn("did you mean", self.bench.dev("xyzzyx").stderr)
        self.assertEqual([], self.bench.calls())

    def test_an_unknown_group_kind_or_option_is_a_usage_error(self):
        for args in (["setup", "nosuch"], ["setup", "--nosuch"], ["build", "nosuch"], ["clean", "../x"]):
            with self.subTest(args=args):
                self.assertEqual(2, self.bench.dev(*args).returncode)
        self.assertEqual([], self.bench.calls())

    def test_a_dry_run_says_what_it_would_install_and_installs_nothing(self):
        self.bench.installed(everything=True, but=["catch2", "ninja-build"])
        run = self.bench.dev("setup", "--dry-run")
        self.assertEqual(0, run.returncode)
        self.assertIn("would install: catch2 ninja-build\n", run.stdout)
        self.assertEqual([], self.bench.calls())

    def test_nothing_is_installed_when_all_is_there(self):
        self.assertEqual(0, self.bench.dev("setup", "all").returncode)
        self.assertEqual([], self.bench.calls())

    def test_a_verb_asks_only_for_its_own_group(self):
        for group, stranger in (("build", "catch2"), ("test", "libbenchmark-dev"), ("docs", "g++")):
            needed = self.bench.dev("setup", "--dry-run", group).stdout.split()
            self.assertNotIn(stranger, needed)

    @unittest.skipUnless(os.geteuid() == 0, "only root installs without asking")
    def test_lists_are_fetched_only_when_installing_fails_without(self):
        self.bench.installed(everything=True, but=["catch2"])
        self.assertEqual(0, self.bench.dev("setup", "test").returncode)
        self.assertEqual(1, len(self.bench.calls("apt-get")))
        self.bench.stand_in("apt-get", 'case "$*" in *update*) touch updated ;; *) [ -f updated ] ;; esac')
        self.assertEqual(0, self.bench.dev("setup", "test").returncode)
        updates = [call for call in self.bench.calls("apt-get") if call.endswith("update")]
        self.assertEqual(1, len(updates))

    @unittest.skipUnless(os.geteuid() == 0, "needs to become somebody else")
    def test_without_root_and_sudo_it_says_what_to_install(self):
        self.bench.installed(everything=True, but=["catch2", "ccache"])
        self.bench.stand_in("sudo", "exit 1")
        self.bench.folder.chmod(0o777)
        for path in self.bench.folder.rglob("*"):
            path.chmod(0o777)
        run = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                              "./dev", "setup"], cwd=self.bench.folder, text=True, capture_output=True,
                             env={**os.environ, "PATH": f"{self.bench.bin}:{os.environ['PATH']}"},
                             stdin=subprocess.DEVNULL, check=False)
        self.assertEqual(1, run.returncode)
        self.assertIn("apt-get install catch2\n", run.stderr)
        self.assertEqual([], self.bench.calls("apt-get"))

    def test_a_failed_configure_is_tried_again_in_a_fresh_folder_once(self):
        self.bench.stand_in("cmake", 'case "$1" in --preset) [ ! -f build/release/CMakeCache.txt ] '
                                     '&& touch build/release/build.ninja ;; esac')
        (self.bench.folder / "build/release").mkdir(parents=True)
        (self.bench.folder / "build/release/CMakeCache.txt").write_text(
            f"CMAKE_HOME_DIRECTORY:INTERNAL={self.bench.folder.resolve()}\nbroken")
        self.assertEqual(0, self.bench.dev("build").returncode)
        self.assertEqual(2, len(self.bench.calls("cmake --preset")))
        self.assertEqual(0, self.bench.dev("build").returncode)
        self.assertEqual(2, len(self.bench.calls("cmake --preset")))

    def test_a_configure_that_cannot_succeed_is_shown_and_ends_in_failure(self):
        self.bench.stand_in("cmake", "echo lz4.h is missing; exit 1")
        run = self.bench.dev("build")
        self.assertEqual(1, run.returncode)
        self.assertIn("lz4.h is missing", run.stderr)
        self.assertFalse((self.bench.folder / "build/release/.configured").exists())

    def test_a_tree_that_was_moved_is_configured_afresh(self):
        release = self.bench.folder / "build/release"
        release.mkdir(parents=True)
        (release / "CMakeCache.txt").write_text("CMAKE_HOME_DIRECTORY:INTERNAL=/somewhere/else\n")
        (release / "stale").touch()
        self.assertEqual(0, self.bench.dev("build").returncode)
        self.assertFalse((release / "stale").exists())

    def test_a_code_error_fails_without_building_twice(self):
        self.bench.stand_in("cmake", 'case "$1" in --build) exit 1 ;; esac')
        self.assertEqual(1, self.bench.dev("build").returncode)
        self.assertEqual(1, len(self.bench.calls("cmake --build")))

    def test_a_broken_tree_is_built_afresh(self):
        self.bench.stand_in("ninja", "exit 1")
        self.bench.stand_in("cmake", 'case "$1" in --build) [ -f build/again ] || { touch build/again; exit 1; } '
                                     ';; esac')
        run = self.bench.dev("build")
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertEqual(2, len(self.bench.calls("cmake --build")))

    def test_the_words_after_test_choose_cases(self):
        for args, chosen in ((["L03"], " -L ^L03$ -LE ^(slow)$"), (["--all", "-V"], "2 -V"),
                             (["-R", "torn", "wal"], " -L ^wal$ -LE ^(slow)$ -R torn"),
                             (["--under", "asan"], " -L ^(unit|fuzz)$ -LE ^(slow|reliability|isolation)$"),
                             (["--under", "tsan", "io"], " -L ^io$ -LE ^(slow)$")):
            with self.subTest(args=args):
                self.assertEqual(0, self.bench.dev("test", *args).returncode)
                call = re.sub(r"-j \d+", "2", self.bench.calls("ctest")[-1])
                self.assertTrue(call.endswith(chosen), call)
                self.assertIn(f"build/{args[1] if '--under' in args else 'test'} ", call)
        self.assertEqual(2, self.bench.dev("test", "--under", "valgrind").returncode)

    def test_a_module_alone_is_built_alone(self):
        module = self.bench.folder / "tests" / "wal"
        module.mkdir(parents=True)
        (module / "log_test.cc").write_text('TEST_CASE("x", "[write-ahead-log][concurrency]")')
        self.bench.dev("test", "wal")
        self.assertTrue(self.bench.calls("cmake --build")[-1].endswith("--target strata_test_wal"))
        self.bench.dev("test", "L03")
        self.assertNotIn("--target", self.bench.calls("cmake --build")[-1])
        (self.bench.folder / "fuzz").mkdir()
        (self.bench.folder / "fuzz" / "log_fuzz.cc").touch()
        long = self.bench.folder / "tests" / "reliability"
        long.mkdir()
        (long / "crash_test.cc").write_text('TEST_CASE("y", "[parallel-reads][long]")')
        self.bench.dev("test", "--under", "tsan")
        self.assertTrue(self.bench.calls("cmake --build")[-1].endswith("--target strata_test_wal"))
        self.bench.dev("test", "--under", "asan")
        self.assertTrue(self.bench.calls("cmake --build")[-1].endswith("--target strata_test_wal log_fuzz"))

    def test_a_failed_test_run_is_a_failed_verb_and_the_time_is_told(self):
        self.bench.stand_in("ctest", "exit 8")
        run = self.bench.dev("test")
        self.assertEqual(8, run.returncode)
        self.assertRegex(run.stdout, r"dev test: \d+ s\n$")

    def test_bench_peers_takes_other_builds_and_passes_the_rest_on(self):
        program = self.bench.folder / "build/release/bin/bench/peers/peers_bench"
        program.parent.mkdir(parents=True)
        program.write_text('#!/bin/sh\necho "peers_bench $*"\nexit 3\n')
        program.chmod(0o755)
        self.assertIn("in the whole tree", self.bench.dev("bench", "peers").stderr)
        source = self.bench.folder / "bench/peers/peers_bench.cc"
        source.parent.mkdir(parents=True)
        source.touch()
        other = self.bench.folder / "other"
        other.mkdir()
        run = self.bench.dev("bench", "peers", "--quick", "--rocksdb-lib", "other", "--only", "scan")
        self.assertEqual((3, "peers_bench --quick --only scan\n"), (run.returncode, run.stdout), run.stderr)
        roots = [call for call in self.bench.calls("cmake build/release") if "STRATA_ROCKSDB_ROOT" in call]
        self.assertEqual([f"cmake build/release -DSTRATA_ROCKSDB_ROOT={other.resolve()} -DSTRATA_LEVELDB_ROOT= "
                          "-DSTRATA_LMDB_ROOT="], roots)
        self.assertIn("--target peers_bench", " ".join(self.bench.calls("cmake --build")))
        self.assertEqual(2, self.bench.dev("bench", "peers", "--rocksdb-lib", "nosuch").returncode)

    def test_clean_removes_only_what_is_named(self):
        for kind in ("release", "test"):
            (self.bench.folder / "build" / kind).mkdir(parents=True)
        self.assertEqual(0, self.bench.dev("clean", "test").returncode)
        self.assertEqual(["release"], os.listdir(self.bench.folder / "build"))
        self.assertEqual(0, self.bench.dev("clean").returncode)
        self.assertFalse((self.bench.folder / "build").exists())

    def test_it_works_from_any_folder_and_through_a_link(self):
        link = self.bench.folder / "bin" / "strata-dev"
        link.symlink_to(self.bench.folder / "dev")
        run = subprocess.run([link, "help"], cwd="/", capture_output=True, text=True, check=False)
        self.assertIn("usage: ./dev VERB", run.stdout)


if __name__ == "__main__":
    unittest.main()
