// Many keys as one question: the answers of Get, at one instant, with the reads under way together.

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "stats/counters.h"
#include "stats/read_trace.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::TestStore;

std::string Key(int i) {
  return "key" + std::to_string(10'000 + i);
}

// A store of several runs whose blocks aren't in the cache.
Options ManyRuns() {
  return {.block_bytes = 256,
          .block_cache_bytes = 8 << 20,
          .compression = Compression::kNone,
          .compaction = CompactionStyle::kNone,
          .level0_runs = 1'000};
}

void FillRuns(TestStore& store, int runs, int keys) {
  for (int run = 0; run < runs; ++run) {
    for (int i = run; i < keys; i += runs) {
      REQUIRE(store->Put(Key(i), "value " + std::to_string(i)));
    }
    REQUIRE(store->Flush());
  }
  store.Reopen();
}

std::vector<MultiGetResult> GetAll(TestStore& store, const std::vector<std::string>& keys,
                                   const ReadOptions& options = {}) {
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  auto results = store->MultiGet(views, options);
  INFO((results ? "" : results.error().message()));
  REQUIRE(results);
  return *std::move(results);
}

TEST_CASE("multi_get answers as get does, found or not, from memtable and tables",
          "[parallel-reads]") {
  TestStore store(ManyRuns());
  FillRuns(store, 4, 400);
  REQUIRE(store->Put(Key(1), "newer"));
  REQUIRE(store->Delete(Key(2)));
  std::vector<std::string> keys = {Key(1), Key(2), "absent", Key(1)};
  for (int i = 3; i < 400; i += 7) keys.push_back(Key(i));
  const auto results = GetAll(store, keys);
  REQUIRE(results.size() == keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto expected = store.Get(keys[i]);
    CHECK(results[i].found == expected.has_value());
    if (expected) CHECK(results[i].value == *expected);
  }
}

TEST_CASE("the blocks that many keys need are read as one batch",
          "[parallel-reads][parallel-reads.1]") {
  TestStore store(ManyRuns());
  FillRuns(store, 2, 400);
  std::vector<std::string> keys;
  for (int i = 0; i < 400; i += 40) keys.push_back(Key(i));
  GetAll(store, keys);
  CHECK(store->counters().Get(Counter::kReadsInFlightPeak) >= 8);
  const std::uint64_t batched = store->counters().Get(Counter::kParallelReads);
  GetAll(store, keys);  // Now they are in the cache.
  CHECK(store->counters().Get(Counter::kParallelReads) == batched);
}

TEST_CASE("a block that two keys share is read once", "[parallel-reads][parallel-reads.1]") {
  TestStore store(ManyRuns());
  FillRuns(store, 1, 400);
  GetAll(store, {Key(0), Key(1), Key(2), Key(399)});
  CHECK(store->counters().Get(Counter::kParallelReads) == 2);
}

TEST_CASE("one key is looked for in all runs at once if asked to",
          "[parallel-reads][parallel-reads.1]") {
  Options options = ManyRuns();
  options.filter_bits_per_key = 0;  // Every run has to be looked into.
  TestStore store(options);
  FillRuns(store, 5, 400);
  std::string value;
  auto found = store->Get(Key(200), &value, {.parallel_runs = true});
  REQUIRE(found);
  CHECK(*found);
  CHECK(value == "value 200");
  CHECK(store->counters().Get(Counter::kReadsInFlightPeak) == 5);
}

TEST_CASE("damage in a batch of reads is an error that names the file", "[parallel-reads]") {
  TestStore store(ManyRuns());
  FillRuns(store, 1, 400);
  REQUIRE(store->Close());
  const auto names = store.disk().List(TestStore::kDirectory);
  REQUIRE(names);
  for (const std::string& name : *names) {
    if (!name.ends_with(".sst")) continue;
    const std::string path = std::string(TestStore::kDirectory) + "/" + name;
    std::string contents = *store.disk().Contents(path);
    contents[100] = static_cast<char>(contents[100] ^ 1);
    store.disk().SetContents(path, contents);
  }
  REQUIRE(store.TryOpen());
  const std::string first = Key(0);
  const std::string last = Key(399);
  const std::vector<std::string_view> keys = {first, last};
  const auto results = store->MultiGet(keys, {});
  REQUIRE_FALSE(results);
  CHECK(results.error().code() == ErrorCode::kCorruption);
  CHECK(results.error().message().find(".sst") != std::string::npos);
}

TEST_CASE("a multi-get of many keys has 256 reads under way at most", "[value-separation]") {
  Options options = ManyRuns();
  options.blob_threshold = 1;
  options.direct_value_bytes = 0;
  TestStore store(options);
  FillRuns(store, 2, 600);
  std::vector<std::string> keys;
  for (int i = 0; i < 600; ++i) keys.push_back(Key(i));
  const std::uint64_t before = store->counters().Get(Counter::kBlobReads);
  const auto results = GetAll(store, keys);
  REQUIRE(results.size() == 600);
  for (int i = 0; i < 600; ++i) {
    CHECK(results[static_cast<std::size_t>(i)].value == "value " + std::to_string(i));
  }
  CHECK(store->counters().Get(Counter::kBlobReads) - before == 600);
  CHECK(store->counters().Get(Counter::kReadsInFlightPeak) == 256);
}

TEST_CASE("a multi-get of large values has 32 MiB under way at most", "[value-separation]") {
  Options options = ManyRuns();
  options.memtable_bytes = 64 << 20;
  TestStore store(options);
  std::vector<std::string> keys;
  for (int i = 0; i < 5; ++i) {
    keys.push_back(Key(i));
    REQUIRE(store->Put(keys.back(), std::string(12 << 20, static_cast<char>('a' + i))));
  }
  REQUIRE(store->Flush());
  const auto results = GetAll(store, keys);
  for (int i = 0; i < 5; ++i) {
    const std::string expected(12 << 20, static_cast<char>('a' + i));
    CHECK((results[static_cast<std::size_t>(i)].value == expected));
  }
  CHECK(store->counters().Get(Counter::kReadsInFlightPeak) == 2);
}

TEST_CASE("a trace tells what a read touched, in order", "[parallel-reads]") {
  TestStore store(ManyRuns());
  FillRuns(store, 2, 400);
  ReadTrace trace(store.clock());
  std::string value;
  auto found = store->TraceGet(Key(200), &value, &trace);
  REQUIRE(found);
  CHECK(*found);
  REQUIRE(trace.steps().size() >= 3);
  CHECK(trace.steps().front().where == "memtable");
  CHECK(trace.steps().front().what == "doesn't have it");
  CHECK(trace.steps().back().where.find("block") != std::string::npos);
}

}  // namespace
}  // namespace strata
