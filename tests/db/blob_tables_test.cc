// Values apart from keys in named tables, and values that expire.

#include <catch2/catch.hpp>

#include "stats/counters.h"
#include "strata/table.h"
#include "testing/blob_stores.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::BlobFiles;
using testing::Must;
using testing::Outcome;
using testing::Scan;
using testing::ScanBackwards;
using testing::SmallBlobs;
using testing::TestStore;

constexpr std::uint64_t kSecond = 1'000'000;

std::string Filled(char c) {
  return std::string(300, c);
}

TEST_CASE("large values expire wherever they live, and their space comes back",
          "[value-separation]") {
  TestStore store(SmallBlobs());
  REQUIRE(store->Put("a", Filled('a')));
  REQUIRE(store->Put("b", Filled('b'), {.ttl_us = 10 * kSecond}));
  REQUIRE(store->Put("c", Filled('c')));
  REQUIRE(store->Flush());
  REQUIRE(BlobFiles(store).size() == 1);
  const std::string all = "a=" + Filled('a') + " b=" + Filled('b') + " c=" + Filled('c') + " ";
  CHECK(Scan(*store) == all);
  CHECK(ScanBackwards(*store).size() == all.size());
  CHECK(store.Get("b") == Filled('b'));
  store.Reopen();
  CHECK(store.Get("b") == Filled('b'));
  store.clock().Advance(20 * kSecond);
  CHECK_FALSE(store.Get("b").has_value());
  CHECK(Scan(*store) == "a=" + Filled('a') + " c=" + Filled('c') + " ");
  REQUIRE(store->Put("d", "small"));  // A second run: one alone would only be moved.
  REQUIRE(store->CompactRange({}, {}));
  REQUIRE(store->WaitForCompactions());
  CHECK(store->Stats().blob_live_bytes < 2 * 400);
  CHECK(Outcome(store->VerifyAll()) == "ok");
}

TEST_CASE("each table has a threshold of its own, and takes its blobs along",
          "[value-separation]") {
  TestStore store(SmallBlobs());
  const TableRef inside = Must(store->CreateTable("inside", {.blob_threshold = 0}));
  const TableRef apart = Must(store->CreateTable("apart", {.blob_threshold = 10}));
  REQUIRE(store->Put("k", Filled('i'), {.table = inside}));
  REQUIRE(store->Flush());
  CHECK(BlobFiles(store).size() == 0);
  REQUIRE(store->Put("k", "twenty bytes of value", {.table = apart}));
  REQUIRE(store->Put("k", Filled('d')));
  REQUIRE(store->Flush());
  CHECK(BlobFiles(store).size() == 2);
  for (int round = 0; round < 2; ++round) {
    std::string value;
    CHECK(Must(store->Get("k", &value, {.table = Must(store->FindTable("apart"))})));
    CHECK(value == "twenty bytes of value");
    CHECK(Must(store->Get("k", &value, {.table = Must(store->FindTable("inside"))})));
    CHECK(value == Filled('i'));
    CHECK(store.Get("k") == Filled('d'));
    CHECK(Outcome(store->VerifyAll()) == "ok");
    if (round == 0) store.Reopen();
  }
  REQUIRE(store->DropTable("apart"));
  REQUIRE(store->WaitForCompactions());
  CHECK(BlobFiles(store).size() == 1);
  CHECK(store.Get("k") == Filled('d'));
}

TEST_CASE("blobs of a named table are collected", "[blob-collection]") {
  TestStore store(SmallBlobs());
  const TableRef table = Must(store->CreateTable("t", {}));
  for (int i = 0; i < 30; ++i) {
    REQUIRE(store->Put("k" + std::to_string(100 + i), Filled('x'), {.table = table}));
  }
  REQUIRE(store->Flush());
  for (int i = 0; i < 25; ++i) {
    REQUIRE(store->Delete("k" + std::to_string(100 + i), {.table = table}));
  }
  REQUIRE(store->Flush());
  for (int i = 0; i < 3; ++i) {  // Enough runs of level 0 for a merge.
    REQUIRE(store->Put("k" + std::to_string(125 + i), Filled('y'), {.table = table}));
    REQUIRE(store->Flush());
  }
  REQUIRE(store->WaitForCompactions());
  CHECK(store->counters().Get(Counter::kBlobCollections) >= 1);
  std::string value;
  CHECK(Must(store->Get("k129", &value, {.table = table})));
  CHECK(value == Filled('x'));
  CHECK_FALSE(Must(store->Get("k103", &value, {.table = table})));
  CHECK(Outcome(store->VerifyAll()) == "ok");
}

}  // namespace
}  // namespace strata
