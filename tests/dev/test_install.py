"""An installed Strata is found by another project: by CMake's find_package and by pkg-config."""

import os
import pathlib
import subprocess
import tempfile
import unittest

BUILD = os.environ.get("STRATA_BUILD_DIR", "")

PROGRAM = r"""
#include <cstdio>
#include <string>
#include "strata/db.h"

int main(int, char** arguments) {
  auto db = strata::DB::Open({}, arguments[1]);
  if (!db.has_value()) return std::puts(db.error().message().c_str()), 1;
  std::string value;
  if (!(*db)->Put("key", "value").has_value()) return 2;
  auto found = (*db)->Get("key", &value);
  return found.has_value() && *found && value == "value" ? 0 : 3;
}
"""
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(Guest CXX)
find_package(Strata 0.1 REQUIRED)
add_executable(guest guest.cc)
target_link_libraries(guest PRIVATE strata::strata)
"""


@unittest.skipUnless(BUILD, "ctest says where the build is")
class Installed(unittest.TestCase):
    """A prefix to which the library was installed, and a project beside it that wants it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.prefix = self.folder / "prefix"
        self.run_command("cmake", "--install", BUILD, "--component", "library", "--prefix", self.prefix)
        (self.folder / "guest.cc").write_text(PROGRAM)
        (self.folder / "CMakeLists.txt").write_text(PROJECT)

    def run_command(self, *command, **environment):
        run = subprocess.run(command, cwd=self.folder, text=True, capture_output=True, check=False,
                             env={**os.environ, **environment})
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        return run.stdout


class Install(Installed):
    def test_cmake_finds_it(self):
        self.run_command("cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.run_command("cmake", "--build", "build")
        self.run_command("build/guest", "db")

    def test_pkg_config_finds_it(self):
        where = next(self.prefix.rglob("strata.pc")).parent
        flags = self.run_command("pkg-config", "--cflags", "--libs", "strata", PKG_CONFIG_PATH=str(where)).split()
        self.run_command("c++", "-std=c++20", "guest.cc", "-o", "guest", *flags)
        self.run_command("./guest", "db")


if __name__ == "__main__":
    unittest.main()
