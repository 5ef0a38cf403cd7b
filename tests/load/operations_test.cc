#include "load/operations.h"

#include <catch2/catch.hpp>

#include <map>

#include "testing/results.h"

namespace strata::load {
namespace {

using testing::Must;

TEST_CASE("keys are named as redis-benchmark names them", "[client]") {
  CHECK(KeyOf(0) == "key:000000000000");
  CHECK(KeyOf(42) == "key:000000000042");
  CHECK(KeyOf(999'999'999'999) == "key:999999999999");
}

TEST_CASE("a mix is read, and what is none is named", "[client]") {
  CHECK(Must(ParseMix("get=80,put=20")) == Mix{80, 20, 0, 0, 0});
  CHECK(Must(ParseMix("scan=1")) == Mix{0, 0, 0, 1, 0});
  for (const char* text : {"", "get", "get=", "get=x", "get=-1", "got=1", "get=1,", "get=1x"}) {
    INFO(text);
    const auto mix = ParseMix(text);
    REQUIRE_FALSE(mix);
    CHECK(mix.error().message().find("write get=80,put=20") != std::string::npos);
  }
  CHECK(ParseMix("get=0").error().message() == "a mix needs a share that isn't 0");
}

std::map<Kind, int> Drawn(const Workload& workload, int count) {
  KeySpace keys(1'000);
  Operations operations(workload, keys, Random(5));
  std::map<Kind, int> drawn;
  for (int i = 0; i < count; ++i) ++drawn[operations.Next().kind];
  return drawn;
}

TEST_CASE("YCSB's workloads have YCSB's shares", "[client]") {
  const auto is_near = [](int count, int expected) { return std::abs(count - expected) < 200; };
  auto drawn = Drawn(*YcsbWorkload('a'), 10'000);
  CHECK(is_near(drawn[Kind::kGet], 5'000));
  CHECK(is_near(drawn[Kind::kPut], 5'000));
  drawn = Drawn(*YcsbWorkload('b'), 10'000);
  CHECK(is_near(drawn[Kind::kPut], 500));
  drawn = Drawn(*YcsbWorkload('c'), 10'000);
  CHECK(drawn[Kind::kGet] == 10'000);
  drawn = Drawn(*YcsbWorkload('d'), 10'000);
  CHECK(is_near(drawn[Kind::kInsert], 500));
  CHECK(YcsbWorkload('d')->keys == Distribution::kLatest);
  drawn = Drawn(*YcsbWorkload('e'), 10'000);
  CHECK(is_near(drawn[Kind::kScan], 9'500));
  CHECK(is_near(drawn[Kind::kInsert], 500));
  drawn = Drawn(*YcsbWorkload('f'), 10'000);
  CHECK(is_near(drawn[Kind::kModify], 5'000));
  CHECK_FALSE(YcsbWorkload('g'));
}

// How often each key is drawn.
std::map<std::uint64_t, int> Keys(Distribution distribution, KeySpace& keys, int count) {
  Operations operations({.mix = {1, 0, 0, 0, 0}, .keys = distribution}, keys, Random(2));
  std::map<std::uint64_t, int> drawn;
  for (int i = 0; i < count; ++i) ++drawn[operations.Next().key];
  return drawn;
}

TEST_CASE("keys are drawn evenly, by what is wanted most, or the latest first", "[client]") {
  KeySpace keys(1'000);
  const auto uniform = Keys(Distribution::kUniform, keys, 100'000);
  CHECK(uniform.size() == 1'000);
  for (const auto& [key, count] : uniform) CHECK(count < 200);
  const auto zipfian = Keys(Distribution::kZipfian, keys, 100'000);
  const auto most = std::max_element(zipfian.begin(), zipfian.end(),
                                     [](auto& a, auto& b) { return a.second < b.second; });
  CHECK(most->second > 10'000);
  CHECK(most->first != 0);
  CHECK(most->first != 999);
  const auto latest = Keys(Distribution::kLatest, keys, 100'000);
  CHECK(latest.at(999) > 10'000);
  CHECK(latest.at(999) > latest.at(990));
  CHECK(latest.rbegin()->first == 999);
}

TEST_CASE("inserts are of keys that weren't there, and soon the latest", "[client]") {
  KeySpace keys(10);
  Operations inserts({.mix = {0, 0, 1, 0, 0}}, keys, Random(1));
  CHECK(inserts.Next().key == 10);
  CHECK(inserts.Next().key == 11);
  CHECK(keys.count() == 10);  // They aren't answered yet.
  keys.Inserted();
  Operations latest({.mix = {1, 0, 0, 0, 0}, .keys = Distribution::kLatest}, keys, Random(1));
  std::uint64_t highest = 0;
  for (int i = 0; i < 100; ++i) highest = std::max(highest, latest.Next().key);
  CHECK(highest == 10);
}

TEST_CASE("scans have up to a hundred rows", "[client]") {
  KeySpace keys(10);
  Operations scans({.mix = {0, 0, 0, 1, 0}}, keys, Random(1));
  std::uint32_t least = 1'000;
  std::uint32_t most = 0;
  for (int i = 0; i < 2'000; ++i) {
    const std::uint32_t rows = scans.Next().rows;
    least = std::min(least, rows);
    most = std::max(most, rows);
  }
  CHECK(least == 1);
  CHECK(most == 100);
}

}  // namespace
}  // namespace strata::load
