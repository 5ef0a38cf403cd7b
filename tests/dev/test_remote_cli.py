"""The verbs of the program on a server: each does what it does on a directory. Real processes."""

import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import unittest

from served import PATIENCE, serving

BUILD = os.environ.get("STRATA_BUILD_DIR", "")
STRATA = pathlib.Path(BUILD) / "bin" / "strata"


def run(*words, stdin="", cwd=None, **environment):
    """Exit code, stdout, stderr."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STRATA_")}
    done = subprocess.run([STRATA, *words], input=stdin, text=True, capture_output=True, check=False, cwd=cwd,
                          timeout=3 * PATIENCE, env={**clean, **environment})
    return done.returncode, done.stdout, done.stderr


# Lines of a shell, or verbs; the same on a directory and on a server.
SESSION = """put a 1
put b 2
put c 3 --ttl 1h
get a
get nope
put a 9 --if-absent
put d 4 --if-absent
delete d
multi-get a nope b
scan
scan --reverse --limit 2
scan --from b --count
scan --prefix a --keys-only
table create users --ttl 1h
table list
table create users
use users
put ada 42
scan
use default
begin
put a 100
get a
savepoint
put a 101
put e 5
scan
rollback to
get a
delete b
commit
scan
begin pessimistic
put x 1
rollback
get x
begin serialisable
compact
verify
table drop users --yes
use users
"""


@unittest.skipUnless(BUILD and STRATA.exists(), "ctest says where the build is")
class RemoteCli(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.server = self.enterContext(serving(STRATA, "--grpc", "127.0.0.1:0"))

    def ask(self, *words, code=0, stdin="", **environment):
        got, out, err = run("--server", self.server.at("grpc"), *words, stdin=stdin, cwd=self.folder, **environment)
        self.assertEqual(code, got, f"{words}: {out}{err}")
        return out, err

    def test_a_shell_whose_server_is_gone_says_so_without_waiting(self):
        words = [STRATA, "--server", self.server.at("grpc"), "--timeout", "1h"]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, cwd=self.folder) as shell:
            shell.stdin.write("put a 1\nget a\n")
            shell.stdin.flush()
            self.assertEqual("1\n", shell.stdout.readline())
            self.server.kill()
            _, err = shell.communicate("get a\nput a 2\n", timeout=3 * PATIENCE)
        self.assertEqual(3, shell.returncode, err)
        said = err.splitlines()
        self.assertEqual(2, len(said), err)
        for line in said:
            self.assertIn("no server can be reached", line)
            self.assertIn("see that one is running there", line)

    def test_a_session_is_the_same_on_a_server_and_on_a_directory(self):
        # The server has a table of its own, with an entry for each write: ids, versions and sizes go with it.
        def without_what_differs(text):
            return [re.sub(r"^users\t\d+$|(?<=version )\d+", "", line) for line in text.splitlines()
                    if not line.startswith(("compacted", "tables", "table_bytes", "strata.writes"))]

        code, out, err = run("--db", "local", stdin=SESSION, cwd=self.folder)
        there, _ = remote = self.ask(stdin=SESSION, code=code)
        self.assertEqual(without_what_differs(out), without_what_differs(there))
        self.assertEqual(without_what_differs(err), without_what_differs(remote[1]))
        self.assertIn("101", out)
        self.assertGreater(len(err.splitlines()), 5)

    def test_each_verb_by_itself(self):
        self.ask("put", "k", "v")
        self.assertEqual("v\n", self.ask("get", "k")[0])
        version = json.loads(self.ask("get", "k", "--with-version", "--output", "jsonl")[0])["version"]
        self.ask("cas", "k", "w", "--if-version", str(version + 1), code=5)
        self.ask("cas", "k", "w", "--if-version", str(version))
        self.ask("cas", "k", "nope", "x", code=5)
        self.assertEqual("w\n", self.ask("get", "k")[0])
        self.assertIn("last_sequence", self.ask("stats")[0])
        self.ask("checkpoint", str(self.folder / "copy"))
        self.assertEqual((0, "w\n", ""), run("--db", str(self.folder / "copy"), "get", "k"))

    def test_import_and_export(self):
        rows = "".join(f'{{"key":"k{i:04}","value":"v{i}"}}\n' for i in range(3000))
        (self.folder / "rows.jsonl").write_text(rows)
        self.ask("import", "rows.jsonl")
        self.assertEqual("3000\n", self.ask("scan", "--count")[0])
        self.ask("export", "again.jsonl")
        self.assertEqual(rows, (self.folder / "again.jsonl").read_text())

    def test_bench_runs_on_a_server(self):
        out, _ = self.ask("bench", "fillrandom", "readrandom", "scan", "--num", "300", "--output", "jsonl")
        self.assertEqual(["fillrandom", "readrandom", "scan"],
                         [json.loads(line)["workload"] for line in out.splitlines()])

    def test_the_environment_names_a_server(self):
        self.ask("put", "k", "v")
        code, out, _ = run("get", "k", STRATA_SERVER=self.server.at("grpc"))
        self.assertEqual((0, "v\n"), (code, out))
        run("--db", "local", "put", "k", "local", cwd=self.folder)
        code, out, _ = run("--db", "local", "get", "k", cwd=self.folder, STRATA_SERVER=self.server.at("grpc"))
        self.assertEqual((0, "local\n"), (code, out))  # A flag counts more.

    def test_what_needs_files_says_so(self):
        for words in (["reset", "--yes"], ["serve"]):
            _, err = self.ask(*words, code=2)
            self.assertIn("run it there with --db DIR", err)
        self.assertIn("do it where the store is", self.ask("trace", "k", code=1)[1])
        self.assertIn("either in a directory", self.ask("--db", "x", "get", "k", code=2)[1])
        self.assertIn("--read-only", self.ask("--read-only", "get", "k", code=2)[1])
        self.assertIn("whole path", self.ask("checkpoint", "copy", code=2)[1])

    def test_no_server_is_exit_code_3_and_one_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:  # It listens, and never says a word.
            silent = f"127.0.0.1:{taken.getsockname()[1]}"
            for address in (silent, "127.0.0.1:1", self.server.at("redis")):
                code, out, err = run("--server", address, "--timeout", "1s", "get", "k")
                self.assertEqual((3, ""), (code, out), err)
                self.assertEqual(1, err.count("\n"), err)
                self.assertIn("strata serve", err)

    def test_a_server_that_was_killed_has_what_was_written(self):
        self.ask("put", "k", "v")
        self.server.kill()
        code, _, err = run("--server", self.server.at("grpc"), "get", "k")
        self.assertEqual(3, code, err)
        self.server.start()
        self.assertEqual("v\n", self.ask("get", "k")[0])
        self.assertEqual(0, self.server.terminate())


if __name__ == "__main__":
    unittest.main()
