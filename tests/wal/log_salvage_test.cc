#include "wal/log_salvage.h"

#include <catch2/catch.hpp>

#include <string>

#include "wal/log_testing.h"

namespace strata::wal {
namespace {

// "a bb [94+42] ccc": the records that are whole, then where there are none.
std::string Salvage(std::string_view log, std::optional<std::uint64_t> sealed = {}) {
  LogSalvage salvage(log, sealed);
  std::string seen;
  while (const auto record = salvage.Next()) seen += std::string(record->payload) + " ";
  for (const LogGap& gap : salvage.gaps()) {
    seen += "[" + std::to_string(gap.offset) + "+" + std::to_string(gap.size) + "] ";
  }
  return seen;
}

std::string Flip(std::string bytes, std::size_t at) {
  bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
  return bytes;
}

// Start record to 53; a to 94, bb to 136, ccc to 179.
TEST_CASE("every record of a log that is whole is found, and no gap", "[scrub-and-repair]") {
  CHECK(Salvage(LogOf({"a", "bb", "ccc"})) == "a bb ccc ");
  CHECK(Salvage(LogOf({"a", "bb", "end"})) == "a bb ");
  CHECK(Salvage(LogOf({"a", "end"}) + "what is left of an older file") == "a ");
  CHECK(Salvage("").empty());
  const std::string log = LogOf({"a", "bb", "end"});
  CHECK(Salvage(log, log.size()) == "a bb ");
}

TEST_CASE("records behind damage are found, wherever in a record it is", "[scrub-and-repair]") {
  const std::string log = LogOf({"a", "bb", "ccc", "end"});
  for (std::size_t at = 94; at < 136; ++at) {
    CAPTURE(at);
    CHECK(Salvage(Flip(log, at)) == "a ccc [94+42] ");
  }
  for (std::size_t at = 0; at < 53; ++at) {
    CAPTURE(at);
    CHECK(Salvage(Flip(log, at)) == "a bb ccc [0+53] ");
  }
  CHECK(Salvage(Flip(Flip(log, 60), 140)) == "bb [53+41] [136+43] ");
}

TEST_CASE("a record that was cut out leaves a gap of no bytes", "[scrub-and-repair]") {
  std::string log = LogOf({"a", "bb", "ccc"});
  log.erase(94, 42);
  CHECK(Salvage(log) == "a ccc [94+0] ");
}

TEST_CASE("a tail that nobody was promised is no gap; one that was sealed is",
          "[scrub-and-repair]") {
  const std::string log = LogOf({"a", "bb"});
  CHECK(Salvage(log.substr(0, 120)) == "a ");
  CHECK(Salvage(log + std::string(100, '\0')) == "a bb ");
  CHECK(Salvage(log.substr(0, 120), log.size()) == "a [94+42] ");
  CHECK(Salvage(log.substr(0, 94), log.size()) == "a [94+42] ");
  CHECK(Salvage("", log.size()) == "[0+136] ");
}

TEST_CASE("records of another log are none", "[scrub-and-repair]") {
  const std::string log = LogOf({"a", "bb"});
  const std::string other = LogOf({"x", "yy", "zzz"}, kLogId + 1);
  CHECK(Salvage(log + other.substr(53)) == "a bb ");
  CHECK(Salvage(Flip(log, 100) + other.substr(53)) == "a ");
}

}  // namespace
}  // namespace strata::wal
