"""What a program depends on: read from the build's own files, and seen on the toy series."""

import shutil
import tempfile
import unittest
from pathlib import Path

import support
from lesson import closure, gates, ledger
from lesson.errors import LessonError
from lesson.workshop import Workshop

GRAPH = """# comment
rule CXX
  command = x

build a.o: CXX_COMPILER__a /t/src/a.cc | gen || order
  DEFINES = -DX=1
  FLAGS = -O1
build liba.a: CXX_STATIC_LIBRARY_LINKER__a_Debug a.o $
    b.o
build bin/p | p_tests.cmake: CXX_EXECUTABLE_LINKER__p_Debug c.o | liba.a
  LINK_LIBRARIES = liba.a
"""


class Parsing(unittest.TestCase):
    def test_the_graph_of_a_build(self):
        graph = closure.parse_graph(GRAPH)
        self.assertEqual(graph["a.o"], ("CXX_COMPILER__a", ["/t/src/a.cc"], {"DEFINES": "-DX=1", "FLAGS": "-O1"}))
        self.assertEqual(graph["liba.a"][1], ["a.o", "b.o"])
        self.assertEqual(graph["bin/p"][1], ["c.o"])

    def test_the_linker_s_map(self):
        data = (b" 0 0 1 1 /b/libx.a(one.cc.o):(.text)\n 0 lib/liby.a(two.cc.o)\nlibx.a(three.cc.o)\n"
                b" 0 0 CMakeFiles/p.dir/p.cc.o:(.text)\n 0 /b/libx.a(one.cc.o):(.data)\n")
        self.assertEqual(closure.parse_map(data),
                         {"libx.a": {"one.cc.o", "three.cc.o"}, "liby.a": {"two.cc.o"}})
        self.assertEqual(closure.parse_map(b""), {})

    def test_the_compiler_s_dependencies(self):
        text = "a.o: #deps 2, deps mtime 1 (VALID)\n    ../src/a.cc\n    /usr/include/x.h\n\nb.o: #deps 0\n"
        self.assertEqual(closure.parse_deps(text), {"a.o": ["../src/a.cc", "/usr/include/x.h"], "b.o": []})


@unittest.skipUnless(shutil.which("cmake") and shutil.which("ninja"), "needs cmake and ninja")
class OfTheToySeries(unittest.TestCase):
    """Each change reaches what depends on it, and nothing else."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = Path(tempfile.mkdtemp(prefix="strata-lesson-test-"))
        files = support.toy_files()
        files["src/toy/lonely.h"] = "int Lonely();\n"
        files["src/toy/lonely.cc"] = '#include "toy/lonely.h"\nint Lonely() { return 1; }\n'
        files["tests/scripts/toy/sums.txt"] = "1 1 2\n"
        files["tests/toy/add_test.cc"] += '\nconst char* kScript = "sums.txt";\n'
        manifest = files["lessons/lessons.toml"]
        files["lessons/lessons.toml"] = manifest.replace(
            'adds = ["src/base/*"', 'adds = ["src/toy/lonely.*", "tests/scripts/**", "src/base/*"')
        cls.files = files

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch)

    def keys(self, **changes):
        files = {**self.files, **{path: self.files[path] + text for path, text in changes.items()}}
        workshop = Workshop(self.scratch, support.tree_of(files), self.scratch, 2)
        workshop.enter(2).make()
        closures = workshop.closures()
        return closures, {name: closures.key(name) for name in
                          ("bin/tests/strata_test_toy", "bin/strata", "bin/bench/add_bench")}

    def test_a_change_reaches_what_depends_on_it(self):
        closures, before = self.keys()
        with self.assertRaisesRegex(LessonError, "no such program"):
            closures.key("bin/tests/strata_test_none")
        self.assertEqual(before, self.keys()[1])
        paths, flags = closures.of("bin/tests/strata_test_toy")
        self.assertLessEqual({"src/toy/mul.cc", "src/toy/mul.h", "tests/toy/mul_test.cc",
                              "tests/testing/main.cc", "tests/scripts/toy/sums.txt"}, paths)
        self.assertNotIn("src/toy/lonely.cc", paths)  # In the library, but not in the program.
        self.assertFalse({path for path in paths if path.startswith("/")}, paths)
        self.assertTrue(any("-Werror" in line for line in flags))

        def reached(**changes):
            return {name for name, key in self.keys(**changes)[1].items() if key != before[name]}
        comment = "\n// More.\n"
        self.assertEqual(reached(**{"src/toy/add.h": comment}),
                         {"bin/tests/strata_test_toy", "bin/strata"})
        self.assertEqual(reached(**{"src/cli/main.cc": comment}), {"bin/strata"})
        self.assertEqual(reached(**{"tests/toy/mul_test.cc": comment}), {"bin/tests/strata_test_toy"})
        self.assertEqual(reached(**{"tests/scripts/toy/sums.txt": "2 2 4\n"}), {"bin/tests/strata_test_toy"})
        self.assertEqual(reached(**{"src/toy/lonely.cc": comment}), set())
        self.assertEqual(reached(**{"CMakeLists.txt": "\nadd_compile_options(-DNOT_USED)\n"}), set())
        self.assertEqual(reached(**{"lessons/02-mul/README.md": "More.\n"}), set())

    def test_the_gates_run_what_a_change_reaches(self):
        def verified(before, **changes):
            files = {**self.files, **{path: self.files[path] + text for path, text in changes.items()}}
            passed = ledger.Passed(before)
            workshop = Workshop(self.scratch, support.tree_of(files), self.scratch, 2, passed)
            lesson = workshop.tree.manifest.lesson(2)
            for gate in (gates.gate1, gates.gate3, gates.gate6, gates.gate7, gates.gate2):
                gate(workshop, lesson)
            return passed
        first = verified({})
        self.assertEqual(first.spared, 0)
        entries = {"02": ledger.entry("", first.now)}
        self.assertEqual(verified(entries).made, 0)
        # The text runs the program of lesson 01, too, whose sources count as a whole.
        self.assertEqual(verified(entries, **{"src/toy/lonely.cc": "\n// More.\n"}).made, 1)
        # A benchmark, and the text, which could run it.
        again = verified(entries, **{"bench/mul_bench.cc": "\n// More.\n"})
        self.assertEqual((again.made, len(again.now - first.now)), (2, 2))
        self.assertEqual(verified(entries, **{"src/toy/add.h": "\n// More.\n"}).spared, 1)  # Its benchmark.


if __name__ == "__main__":
    unittest.main()
