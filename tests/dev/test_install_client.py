"""The client of an installed Strata is found by another project, and costs nobody else protobuf."""

import pathlib
import unittest

import test_install
from served import serving

PROGRAM = r"""
#include <cstdio>
#include "strata/client.h"

int main(int, char** arguments) {
  auto client = strata::Client::Connect({.endpoints = {arguments[1]}});
  if (!client.has_value()) return std::puts(client.error().message().c_str()), 1;
  if (!(*client)->Put("key", "value").done()) return 2;
  auto entry = (*client)->Get("key");
  return entry.has_value() && *entry && (*entry)->value == "value" ? 0 : 3;
}
"""
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(Guest CXX)
find_package(Strata 0.1 REQUIRED COMPONENTS client)
add_executable(guest guest.cc)
target_link_libraries(guest PRIVATE strata::client)
"""


class InstallClient(test_install.Installed):
    def test_without_the_client_no_protobuf_is_looked_for(self):
        (self.folder / "CMakeLists.txt").write_text(test_install.PROJECT + "if(Protobuf_FOUND OR TARGET strata::client)\n"
                                                    "  message(FATAL_ERROR protobuf)\nendif()\n")
        self.run_command("cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                         "-DCMAKE_DISABLE_FIND_PACKAGE_Protobuf=ON")

    @unittest.skipUnless((pathlib.Path(test_install.BUILD) / "libstrata_client.a").exists(), "the build has no client")
    def test_cmake_finds_the_client(self):
        (self.folder / "guest.cc").write_text(PROGRAM)
        (self.folder / "CMakeLists.txt").write_text(PROJECT)
        self.run_command("cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.run_command("cmake", "--build", "build")
        with serving(pathlib.Path(test_install.BUILD) / "bin" / "strata", "--grpc", "127.0.0.1:0") as server:
            self.run_command("build/guest", server.at("grpc"))


if __name__ == "__main__":
    unittest.main()
