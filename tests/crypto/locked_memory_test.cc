#include "io/locked_memory.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstring>
#include <fstream>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace strata {
namespace {

// What the kernel says of the mapping at `address`.
std::string FlagsOf(const void* address) {
  char begin[32];
  std::snprintf(begin, sizeof(begin), "%lx-", reinterpret_cast<unsigned long>(address));
  std::ifstream maps("/proc/self/smaps");
  bool found = false;
  for (std::string line; std::getline(maps, line);) {
    if (line.rfind(begin, 0) == 0) found = true;
    if (found && line.rfind("VmFlags:", 0) == 0) return line + " ";
  }
  return "";
}

TEST_CASE("locked memory is neither swapped nor dumped", "[encryption-at-rest]") {
  const LockedMemory memory(32);
  CHECK(std::string(memory.data(), 32) == std::string(32, '\0'));
  const std::string flags = FlagsOf(memory.data());
  INFO(flags);
  CHECK(flags.find(" dd ") != std::string::npos);  // Don't dump.
  if (memory.is_locked()) CHECK(flags.find(" lo ") != std::string::npos);
}

TEST_CASE("locked memory moves without a copy", "[encryption-at-rest]") {
  LockedMemory memory(32);
  std::memset(memory.data(), 'k', 32);
  const char* const where = memory.data();
  const LockedMemory moved = std::move(memory);
  CHECK(moved.data() == where);
  CHECK(moved.data()[31] == 'k');
}

// In a child, as it holds for all of a process and for good.
TEST_CASE("a process that forbids core dumps makes none", "[encryption-at-rest]") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ForbidCoreDumps();
    struct rlimit limit = {};
    const bool is_set = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                        ::getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0;
    if (!is_set) ::_exit(1);
    (void)std::signal(SIGABRT, SIG_DFL);
    ::kill(::getpid(), SIGABRT);
    ::_exit(2);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK_FALSE(WCOREDUMP(status));
}

}  // namespace
}  // namespace strata
