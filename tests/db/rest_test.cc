// What happens when nobody writes any more: levels go down that no write needs out of its way.

#include <catch2/catch.hpp>

#include <string>

#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Scan;
using testing::TestStore;

constexpr std::uint64_t kRest = 1'000'000;

void WriteOut(TestStore& store, const std::string& value) {
  REQUIRE(store->Put("a", value));
  REQUIRE(store->Put("b", value));
  REQUIRE(store->Flush());
}

std::size_t Runs(TestStore& store) {
  std::size_t runs = 0;
  for (const LevelShape& level : store->Stats().levels) runs += level.runs;
  return runs;
}

// So much time passes and no more, and everything that is due then happens.
void Pass(TestStore& store, std::uint64_t micros) {
  store.clock().Advance(micros);
  while (store.executor().RunOne()) {
  }
}

TEST_CASE("a store that nobody writes to merges what is cheap to merge", "[learned-index]") {
  TestStore store;
  WriteOut(store, "1");
  WriteOut(store, "2");
  Pass(store, kRest - 1);
  CHECK(Runs(store) == 2);
  Pass(store, 1);
  CHECK(Runs(store) == 1);
  CHECK(Scan(*store) == "a=2 b=2 ");
}

TEST_CASE("a store that is written to isn't at rest", "[learned-index]") {
  TestStore store;
  WriteOut(store, "1");
  WriteOut(store, "2");
  for (int i = 0; i < 5; ++i) {
    Pass(store, kRest - 1);
    REQUIRE(store->Put("c", std::to_string(i)));
  }
  CHECK(Runs(store) == 2);
  Pass(store, kRest);  // The timer rings, finds that there was a write, and begins anew.
  CHECK(Runs(store) == 2);
  Pass(store, kRest);
  CHECK(Runs(store) == 1);
}

TEST_CASE("who waits for compactions finds the store at rest", "[learned-index]") {
  TestStore store;
  WriteOut(store, "1");
  WriteOut(store, "2");
  REQUIRE(store->WaitForCompactions());
  CHECK(Runs(store) == 1);
  // A write ends the rest.
  WriteOut(store, "3");
  Pass(store, 0);
  CHECK(Runs(store) == 2);
  CHECK(Scan(*store) == "a=3 b=3 ");
}

TEST_CASE("a store that was told not to rest leaves its runs alone", "[learned-index]") {
  TestStore store({.rest_us = 0});
  WriteOut(store, "1");
  WriteOut(store, "2");
  Pass(store, 100 * kRest);
  REQUIRE(store->WaitForCompactions());
  CHECK(Runs(store) == 2);
}

TEST_CASE("a store that is closed before its rest begins is closed", "[learned-index]") {
  TestStore store;
  WriteOut(store, "1");
  WriteOut(store, "2");
  store.Reopen();
  CHECK(Runs(store) == 2);
  Pass(store, kRest);
  CHECK(Runs(store) == 1);
}

}  // namespace
}  // namespace strata
