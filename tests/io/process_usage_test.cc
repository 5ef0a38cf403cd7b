#include "io/process_usage.h"

#include <catch2/catch.hpp>

#include <string>

namespace strata {
namespace {

TEST_CASE("a process sees its processor time and its memory grow", "[map-and-shell]") {
  const ProcessUsage before = UsageOfThisProcess();
  std::string memory(std::size_t{32} << 20, 'x');
  std::uint64_t sum = 0;
  ProcessUsage after = UsageOfThisProcess();
  while (after.cpu_micros == before.cpu_micros) {
    for (const char c : memory) sum += static_cast<unsigned char>(c);
    after = UsageOfThisProcess();
  }
  CHECK(sum % 'x' == 0);
  CHECK(after.cpu_micros > before.cpu_micros);
  CHECK(after.resident_bytes >= before.resident_bytes + (std::uint64_t{16} << 20));
}

}  // namespace
}  // namespace strata
