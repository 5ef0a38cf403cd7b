// The search and its list of who may be next, and what they cost.

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "check/linearizability.h"
#include "check/random_history.h"
#include "check/timeline.h"
#include "io/clock.h"
#include "testing/ledger.h"

namespace strata::check {
namespace {

using strata::testing::Ledger;
using strata::testing::Scaled;

// The only part of a history. The part keeps no views of it.
Part OnlyPart(const std::string& lines) {
  const auto history = ParseHistory("strata-history 1\n" + lines);
  REQUIRE(history);
  std::vector<Part> parts = SplitIntoParts(*history);
  REQUIRE(parts.size() == 1);
  return std::move(parts.front());
}

std::vector<std::uint32_t> Candidates(const Timeline& timeline) {
  std::vector<std::uint32_t> calls;
  for (auto at = timeline.First(); !at.end(); at = timeline.Next(at)) calls.push_back(at.call);
  return calls;
}

using Calls = std::vector<std::uint32_t>;

TEST_CASE("who may be next was invoked before the first answer that is left", "[linearizability]") {
  const Part part = OnlyPart(
      "1 0 10 ok put x 1\n"
      "2 2 5 ok put x 2\n"
      "3 5 7 ok put x 3\n"
      "2 6 9 ok put x 4\n"
      "1 11 12 ok put x 5\n");
  Timeline timeline(part);
  CHECK(Candidates(timeline) == Calls{0, 1, 2});
  timeline.Take(1);
  CHECK(Candidates(timeline) == Calls{0, 2, 3});
  timeline.Take(0);
  CHECK(Candidates(timeline) == Calls{2, 3});
  timeline.PutBack(0);
  timeline.PutBack(1);
  CHECK(Candidates(timeline) == Calls{0, 1, 2});
}

TEST_CASE("a call of unknown outcome may be next at any time, after the certain ones",
          "[linearizability]") {
  const Part part = OnlyPart(
      "1 0 - unknown put x 1\n"
      "2 1 5 ok get x 1\n"
      "2 6 7 ok get x 1\n"
      "3 6 - unknown put x 1\n");
  Timeline timeline(part);
  CHECK(Candidates(timeline) == Calls{1, 0});
  timeline.Take(1);
  CHECK(Candidates(timeline) == Calls{2, 0, 3});
  timeline.Take(2);
  CHECK(timeline.done());
  CHECK(Candidates(timeline).empty());
}

TEST_CASE("equal sets of calls have equal texts, however they came about", "[linearizability]") {
  const Part part = OnlyPart(
      "1 0 9 ok put x 1\n"
      "2 0 9 ok put x 2\n"
      "3 0 9 ok put x 3\n"
      "4 0 - unknown put x 3\n"
      "5 0 9 ok get x 3\n");
  const auto text = [&part](const Calls& calls) {
    Timeline timeline(part);
    for (const std::uint32_t call : calls) timeline.Take(call);
    return timeline.SetText();
  };
  CHECK(text({0, 1}) == text({1, 0}));
  CHECK(text({0, 3, 2}) == text({3, 2, 0}));
  CHECK(text({0, 1}) != text({0, 2}));
  CHECK(text({0}) != text({0, 3}));
  CHECK(text({}) != text({2}));
}

TEST_CASE("the order that is found is one that explains all answers", "[linearizability]") {
  const Part part = OnlyPart(
      "1 0 9 ok put x 1\n"
      "2 0 9 ok put x 2\n"
      "3 1 2 ok get x 2\n"
      "3 3 4 ok get x 1\n");
  const SearchResult found = FindOrder(part, 100);
  REQUIRE(found.answer == Answer::kLinearizable);
  CHECK(found.order == Calls{1, 2, 0, 3});
}

// Every order of the writes is tried, if the search forgets where it has been: 12! of them.
TEST_CASE("calls that led to one state before aren't tried again", "[linearizability]") {
  std::string lines;
  for (int i = 1; i <= 12; ++i) {
    lines += std::to_string(i) + " 0 9 ok put x " + std::to_string(i) + "\n";
  }
  const Part part = OnlyPart(lines + "1 10 11 ok get x 13\n");
  const SearchResult found = FindOrder(part, 1'000'000);
  CHECK(found.answer == Answer::kNot);
}

TEST_CASE("a long history of few clients takes few steps", "[linearizability]") {
  Random random(5);
  for (std::uint64_t i = 0; i < Scaled(5); ++i) {
    const History history = RandomHistory({.operations = 2'000,
                                           .clients = 4,
                                           .keys = 4,
                                           .values = 0,
                                           .span = 10,
                                           .unknown_one_in = 100},
                                          random);
    const Verdict verdict = CheckLinearizable(history, {.steps_max = 50'000});
    CHECK(verdict.answer == Answer::kLinearizable);
  }
}

TEST_CASE("histories of sixteen clients are judged within fifty milliseconds",
          "[linearizability][slow]") {
  Ledger ledger("histories of sixteen clients are judged within fifty milliseconds");
  Random random(6);
  std::vector<std::uint64_t> micros;
  for (int i = 0; i < 1'000; ++i) {
    const History history = RandomHistory({.operations = 2'000,
                                           .clients = 16,
                                           .keys = 8,
                                           .values = 0,
                                           .span = 40,
                                           .unknown_one_in = 100},
                                          random);
    const std::uint64_t begin = RealClock().NowMicros();
    REQUIRE(CheckLinearizable(history).answer == Answer::kLinearizable);
    micros.push_back(RealClock().NowMicros() - begin);
  }
  std::sort(micros.begin(), micros.end());
  ledger.Add("p99 in microseconds", micros[micros.size() * 99 / 100]);
  CHECK(micros[micros.size() * 99 / 100] < 50'000);
}

TEST_CASE("a million operations are judged within a minute", "[linearizability][slow]") {
  Ledger ledger("a million operations are judged within a minute");
  Random random(7);
  const History history = RandomHistory({.operations = 1'000'000,
                                         .clients = 16,
                                         .keys = 1'000,
                                         .values = 0,
                                         .span = 40,
                                         .unknown_one_in = 1'000},
                                        random);
  const std::uint64_t begin = RealClock().NowMicros();
  CHECK(CheckLinearizable(history).answer == Answer::kLinearizable);
  const std::uint64_t micros = RealClock().NowMicros() - begin;
  ledger.Add("milliseconds", micros / 1'000);
  CHECK(micros < 60'000'000);
}

}  // namespace
}  // namespace strata::check
