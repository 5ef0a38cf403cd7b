#include "cli/progress.h"

#include <catch2/catch.hpp>

#include <array>
#include <unistd.h>

namespace strata::cli {
namespace {

TEST_CASE("an import that goes on counts in its rate what it did itself", "[write-ahead-log]") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  Console console(STDIN_FILENO, STDOUT_FILENO, ends[1]);
  ManualClock clock(0);
  Progress progress(console, clock, "imported", false, 100'000'000);
  progress.BeginAt(40'000'000);
  clock.Advance(10'000'000);
  progress.Update(60'000'000, 1'000);
  ::close(ends[1]);
  std::array<char, 200> said{};
  const ssize_t size = ::read(ends[0], said.data(), said.size());
  ::close(ends[0]);
  REQUIRE(size > 0);
  CHECK(std::string_view(said.data(), static_cast<std::size_t>(size)) ==
        "imported 1,000 records, 60.0 %, 2.0 MB/s, 100 keys/s, 20 s left\n");
}

}  // namespace
}  // namespace strata::cli
