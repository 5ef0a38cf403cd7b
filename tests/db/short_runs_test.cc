// A store that is opened for one write at a time, as by a program that is called again and again.

#include <catch2/catch.hpp>

#include <map>
#include <string>

#include "testing/blob_stores.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Big;
using testing::Must;
using testing::TestStore;

std::size_t Count(TestStore& store, std::string_view suffix) {
  std::size_t count = 0;
  for (const std::string& name : Must(store.disk().List(TestStore::kDirectory))) {
    count += name.ends_with(suffix) ? 1 : 0;
  }
  return count;
}

TEST_CASE("many short runs leave few files", "[learned-index]") {
  const bool direct = GENERATE(true, false);
  const bool ascending = GENERATE(true, false);
  TestStore store(
      {.sync = SyncMode::kNone, .direct_value_bytes = direct ? std::uint64_t{1024} : 0});
  Random random(1);
  std::map<std::string, std::string> model;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const std::string key = std::to_string(ascending ? 1000 + i : random.Next());
    model[key] = Big(i, 2'000);
    REQUIRE(store->Put(key, model[key]));
    store.Reopen();
    REQUIRE(Count(store, ".sst") < 12);
    REQUIRE(Count(store, ".blob") < 24);
    REQUIRE(Count(store, ".wal") < 12);
  }
  CHECK(testing::Scan(*store) == testing::Render(model));
  CHECK(store->VerifyAll().has_value());
}

TEST_CASE("a merge brings small blobs together from eight on", "[learned-index]") {
  const std::uint64_t blobs = GENERATE(7U, 8U);
  const int overlap_max = GENERATE(64, 0);
  TestStore store({.compaction = CompactionStyle::kNone, .blob_overlap_max = overlap_max});
  for (std::uint64_t i = 0; i < blobs; ++i) {
    REQUIRE(store->Put("key" + std::to_string(i), Big(i, 2'000)));
    REQUIRE(store->Flush());
  }
  REQUIRE(store->CompactRange({}, {}));
  CHECK(Count(store, ".sst") == 1);
  CHECK(Count(store, ".blob") == (blobs == 8 && overlap_max != 0 ? 1 : blobs));
  CHECK(store.Get("key3") == Big(3, 2'000));
}

TEST_CASE("blobs that aren't small are left where they are", "[learned-index]") {
  TestStore store({.compression = Compression::kNone,
                   .compaction = CompactionStyle::kNone,
                   .blob_file_bytes = 64 * 4'000});
  for (std::uint64_t i = 0; i < 20; ++i) {
    REQUIRE(store->Put("key" + std::to_string(i), Big(i, i % 2 == 0 ? 2'000 : 8'000)));
    REQUIRE(store->Flush());
  }
  REQUIRE(store->CompactRange({}, {}));
  CHECK(Count(store, ".blob") == 11);
}

TEST_CASE("closing lets a short merge end, and gives up a long one", "[learned-index]") {
  const bool is_short = GENERATE(true, false);
  TestStore store({.memtable_bytes = 16 << 20,
                   .compression = Compression::kNone,
                   .level0_runs = 2,
                   .subcompactions = 1,
                   .blob_threshold = 0});
  const std::string value(is_short ? 1'000 : 50'000, 'v');
  for (int run = 0; run < 2; ++run) {
    for (int i = 0; i < 100; ++i) REQUIRE(store->Put("key" + std::to_string(i), value));
    REQUIRE(store->Flush());
  }
  REQUIRE(store->Close());  // What is due hasn't begun: no step has run.
  CHECK(Count(store, ".sst") == (is_short ? 1 : 2));
  store.Kill();
  REQUIRE(store.TryOpen());
  CHECK(store.Get("key7") == value);
}

}  // namespace
}  // namespace strata
