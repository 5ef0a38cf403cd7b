"""Tests of tools/tidy.py: each rule finds what it is for and lets its neighbours be."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import tidy  # noqa: E402

HEADER = "// What it is.\n#pragma once\n"


def findings(files):
    """What tidy says of a tree of these files; src/layers.txt is `base:` and `io: base`."""
    files = {"src/layers.txt": "base:\nio: base\ncli: *\n", **files}
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tidy.tidy(root)


def rules(files):
    return [finding[finding.rindex("[") + 1:-1] for finding in findings(files)]


class Tidy(unittest.TestCase):
    def test_a_clean_tree_has_no_findings(self):
        self.assertEqual([], findings({
            "src/base/a.h": HEADER, "src/base/a.cc": '// a\n#include "base/a.h"\n',
            "tests/base/a_test.cc": '#include "base/a.h"\n'}))

    def test_a_module_may_include_only_those_below_it(self):
        self.assertEqual([], rules({"src/io/a.h": HEADER + '#include "base/b.h"\n', "src/base/b.h": HEADER}))
        self.assertEqual(["layers"],
                         rules({"src/base/b.h": HEADER + '#include "io/a.h"\n', "src/io/a.h": HEADER}))
        self.assertEqual([], rules({"src/cli/b.h": HEADER + '#include "io/a.h"\n', "src/io/a.h": HEADER}))

    def test_a_module_that_no_layer_lists_and_a_missing_file_are_found(self):
        self.assertEqual(["layers"], rules({"src/new/a.h": HEADER}))
        self.assertEqual(["layers"], rules({"src/base/a.h": HEADER + '#include "base/gone.h"\n'}))
        self.assertEqual([], rules({"src/base/a.h": HEADER + '#include "made/by_the_build.pb.h"\n'}))

    def test_public_headers_see_only_public_headers_and_are_seen_by_all(self):
        public = {"include/strata/db.h": HEADER, "src/base/a.h": HEADER + '#include "strata/db.h"\n'}
        self.assertEqual([], rules(public))
        public["include/strata/x.h"] = HEADER + '#include "base/a.h"\n'
        self.assertEqual(["layers"], rules(public))

    def test_an_include_cycle_is_named_in_full(self):
        found = findings({"src/base/a.h": HEADER + '#include "base/b.h"\n',
                          "src/base/b.h": HEADER + '#include "base/a.h"\n'})
        self.assertEqual(["src/base/a.h:1: include cycle: src/base/a.h -> src/base/b.h -> src/base/a.h "
                          "[cycle]"], found)

    def test_every_source_file_is_tested_or_excused_with_a_reason(self):
        source = {"src/base/a.cc": '#include "base/a.h"\n', "src/base/a.h": HEADER}
        self.assertEqual(["untested"], rules(source))
        self.assertEqual([], rules({**source, "tests/base/a_test.cc": ""}))
        self.assertEqual([], rules({**source, "tests/base/other_test.cc": '#include "base/a.h"\n'}))
        near = {**source, "src/base/b.h": HEADER, "src/base/b.cc": '#include "base/a.h"\n#include "base/b.h"\n'}
        self.assertEqual([], rules({**near, "tests/base/b_test.cc": '#include "base/b.h"\n'}))
        seam = {"src/io/a.cc": '#include "base/b.h"\n#include "io/c.h"\n', "src/io/c.h": HEADER,
                "src/base/b.h": HEADER}
        self.assertEqual([], rules({**seam, "tests/io/c_test.cc": '#include "io/c.h"\n'}))
        self.assertEqual(["untested"], rules({**seam, "tests/base/b_test.cc": '#include "base/b.h"\n'}))
        deep = {"src/cli/verbs/a.cc": '#include "cli/b.h"\n', "src/cli/b.h": HEADER}
        self.assertIn("tests/cli/a_test.cc", findings(deep)[0])
        self.assertEqual([], rules({**deep, "tests/cli/a_test.cc": ""}))
        self.assertEqual([], rules({**deep, "tests/cli/b_test.cc": '#include "cli/b.h"\n'}))
        excuse = "untested src/base/a.cc"
        self.assertEqual([], rules({**source, "tools/tidy_exceptions.txt": excuse + " only a table\n"}))
        self.assertEqual([], rules({**source, "tools/tidy_exceptions.txt": "untested src/base/* by x\n"}))
        self.assertEqual(2, len(findings({**source, "tools/tidy_exceptions.txt": excuse + "\n"})))

    def test_banned_words_are_found_with_their_line_and_replacement(self):
        for rule, code in [
                ("throw", "throw 1;"), ("try", "try {"), ("new", "auto* p = new int;"),
                ("delete", "delete p;"), ("sleep", "std::this_thread::sleep_for(x);"),
                ("clock", "std::chrono::steady_clock::now();"), ("random", "int i = rand();"),
                ("thread", "std::mutex m;"), ("thread", "std::lock_guard lock(m);"),
                ("file", "std::ofstream f;"), ("volatile", "volatile int i;"), ("if0", "#if 0"),
                ("fixme", "// FIXME"), ("todo", "// TODO: later"), ("todo", "// TODO(me): later")]:
            with self.subTest(code=code):
                self.assertEqual([rule], rules({"src/base/a.h": HEADER + code + "\n"}))
        self.assertIn("src/base/a.h:3: this throw is banned: return an Error",
                      findings({"src/base/a.h": HEADER + "throw 1;\n"})[0])

    def test_words_that_only_look_banned_are_let_be(self):
        for code in ["// We throw nothing, and delete later.", 'auto s = "throw new delete";',
                     "A(const A&) = delete;", "new (memory) Node;",
                     "static auto* const a = new A();", "auto a = std::unique_ptr<A>(\n    new A(1));", "// TODO(#12): later",
                     "int renewed = operand(1);", "/* new Thing\n * delete */", "//| throw 1;",
                     'auto r = R"(new Thing)";', "const int n = 1'000'000;  // new Thing",
                     "std::memory_order order;", "char c = '\"';  // delete it \""]:
            with self.subTest(code=code):
                self.assertEqual([], rules({"src/base/a.h": HEADER + code + "\n"}))

    def test_io_alone_may_touch_clocks_threads_and_files_and_tests_may_have_threads(self):
        code = "std::mutex m; std::thread t; steady_clock c; sleep_for(x); std::ofstream f;\n"
        self.assertEqual([], rules({"src/io/a.h": HEADER + code}))
        self.assertEqual([], rules({"tests/base/a_test.cc": "std::thread t; std::ofstream f;\n"}))
        self.assertEqual(["clock"], rules({"tests/base/a_test.cc": "steady_clock c;\n"}))

    def test_long_files_and_functions_are_found(self):
        self.assertEqual(["file-size"], rules({"src/base/a.h": HEADER + "\n" * 400}))
        body = "int F(int x) {\n" + "  ++x;\n" * 69 + "}\n"
        self.assertEqual(["function-size"], rules({"src/base/a.h": HEADER + body}))
        self.assertEqual([], rules({"src/base/a.h": HEADER + body.replace("  ++x;\n", "", 1)}))
        long_class = "class A(x) {\n" + "  int i;\n" * 90 + "};\n"
        self.assertEqual([], rules({"src/base/a.h": HEADER + long_class}))

    def test_a_header_needs_pragma_once_and_a_first_comment(self):
        self.assertEqual(["header"], rules({"src/base/a.h": "// What it is.\n"}))
        self.assertEqual(["header"], rules({"src/base/a.h": "#pragma once\n"}))


if __name__ == "__main__":
    unittest.main()
