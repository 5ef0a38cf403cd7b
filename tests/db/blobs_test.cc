// Values apart from keys: where they go, how they are read, and how their space comes back.

#include <catch2/catch.hpp>

#include <map>

#include "base/random.h"
#include "stats/counters.h"
#include "testing/blob_stores.h"
#include "testing/results.h"
#include "testing/store_world.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Big;
using testing::BlobFiles;
using testing::BytesOf;
using testing::CheckAgainstMap;
using testing::Outcome;
using testing::Render;
using testing::Scan;
using testing::ScanBackwards;
using testing::SmallBlobs;
using testing::TestStore;

using Model = std::map<std::string, std::string>;

std::string KeyOf(std::uint64_t n) {
  return "key" + std::to_string(100'000 + n);
}

// What the blob files take is within the bound and one file more.
bool SpaceIsBounded(DB& db, const Options& options) {
  const StoreStats stats = db.Stats();
  const double allowed = options.blob_space_bound * static_cast<double>(stats.blob_live_bytes) +
                         static_cast<double>(options.blob_file_bytes);
  return static_cast<double>(stats.blob_bytes) <= allowed;
}

TEST_CASE("a flush puts large values into a blob file and small ones into the table",
          "[value-separation]") {
  TestStore store(SmallBlobs());
  REQUIRE(store->Put("large", std::string(100, 'x')));
  REQUIRE(store->Put("small", std::string(99, 'y')));
  REQUIRE(store->Flush());
  CHECK(BlobFiles(store).size() == 1);
  CHECK(store->Stats().blob_files == 1);
  CHECK(store->Stats().levels.at(0).raw_bytes < 200);  // A pointer is a few bytes.
  CHECK(store.Get("large") == std::string(100, 'x'));
  CHECK(store.Get("small") == std::string(99, 'y'));
  CHECK(store->counters().Get(Counter::kBlobReads) == 2);
  store.Reopen();
  CHECK(store.Get("large") == std::string(100, 'x'));
  CHECK(Outcome(store->VerifyAll()) == "ok");
}

TEST_CASE("with values apart, random operations agree with a map", "[value-separation]") {
  for (const std::uint64_t threshold : {1, 100, 300, 0}) {
    Options options = SmallBlobs();
    options.blob_threshold = threshold;
    options.compression = threshold == 300 ? Compression::kLz4 : Compression::kNone;
    TestStore store(options, 40 + threshold);
    Random random(threshold);
    CheckAgainstMap(store, random, [&] {
      if (random.OneIn(400)) store.Reopen();
    });
    CHECK((threshold == 0) == BlobFiles(store).empty());
  }
}

TEST_CASE("a compaction carries pointers, and copies no value", "[value-separation]") {
  TestStore store(SmallBlobs());
  for (std::uint64_t i = 0; i < 200; ++i) REQUIRE(store->Put(KeyOf(i), Big(i)));
  REQUIRE(store->Flush());
  const std::uint64_t written = store->counters().Get(Counter::kBlobBytesWritten);
  const auto files = BlobFiles(store);
  store.options().blob_overlap_max = 0;
  store.Reopen();
  REQUIRE(store->Put("zzz", "makes the merge no move"));
  REQUIRE(store->CompactRange({}, {}));
  CHECK(written > 200 * 500);
  CHECK(store->counters().Get(Counter::kCompactions) > 0);
  CHECK(store->counters().Get(Counter::kBlobBytesWritten) == 0);
  CHECK(BlobFiles(store) == files);
  CHECK(store.Get(KeyOf(77)) == Big(77));
}

TEST_CASE("a blob of which much is dead is copied, and the old file goes", "[blob-collection]") {
  TestStore store(SmallBlobs());
  for (std::uint64_t i = 0; i < 30; ++i) REQUIRE(store->Put(KeyOf(i), Big(i)));
  REQUIRE(store->Flush());
  const auto before = BlobFiles(store);
  REQUIRE(before.size() == 1);
  const std::uint64_t bytes_before = BytesOf(store, ".blob");
  for (std::uint64_t i = 0; i < 30; ++i) {
    if (i % 5 != 0) REQUIRE(store->Delete(KeyOf(i)));
  }
  REQUIRE(store->CompactRange({}, {}));
  REQUIRE(store->WaitForCompactions());
  CHECK(store->counters().Get(Counter::kBlobCollections) == 1);
  const auto after = BlobFiles(store);
  REQUIRE(after.size() == 1);
  CHECK(after != before);
  CHECK(BytesOf(store, ".blob") < bytes_before / 3);
  for (int round = 0; round < 2; ++round) {
    for (std::uint64_t i = 0; i < 30; ++i) {
      CHECK(store.Get(KeyOf(i)) == (i % 5 == 0 ? std::optional(Big(i)) : std::nullopt));
    }
    CHECK(Outcome(store->VerifyAll()) == "ok");
    store.Reopen();
  }
}

TEST_CASE("a blob that nothing uses is dropped without being read", "[value-separation]") {
  TestStore store(SmallBlobs());
  for (std::uint64_t i = 0; i < 60; ++i) REQUIRE(store->Put(KeyOf(i), Big(i)));
  REQUIRE(store->Flush());
  REQUIRE(!BlobFiles(store).empty());
  for (std::uint64_t i = 0; i < 60; ++i) REQUIRE(store->Delete(KeyOf(i)));
  REQUIRE(store->Flush());
  const std::uint64_t reads = store->counters().Get(Counter::kBlobReads);
  REQUIRE(store->CompactRange({}, {}));
  REQUIRE(store->WaitForCompactions());
  CHECK(BlobFiles(store).empty());
  CHECK(store->counters().Get(Counter::kBlobsDropped) > 0);
  CHECK(store->counters().Get(Counter::kBlobReads) == reads);
  store.Reopen();
  CHECK(Scan(*store).empty());
}

TEST_CASE("a reader of the past keeps the old file until it goes", "[blob-collection]") {
  TestStore store(SmallBlobs());
  Model model;
  for (std::uint64_t i = 0; i < 30; ++i) {
    model[KeyOf(i)] = Big(i);
    REQUIRE(store->Put(KeyOf(i), Big(i)));
  }
  REQUIRE(store->Flush());
  auto iterator = testing::Must(store->NewIterator({}));
  for (std::uint64_t i = 0; i < 25; ++i) REQUIRE(store->Delete(KeyOf(i)));
  REQUIRE(store->CompactRange({}, {}));
  REQUIRE(store->WaitForCompactions());
  REQUIRE(store->counters().Get(Counter::kBlobCollections) == 1);
  CHECK(BlobFiles(store).size() == 2);
  CHECK(store->Stats().blob_pinned_bytes > 0);
  std::size_t seen = 0;
  REQUIRE(iterator->SeekToLast());
  for (; iterator->Valid(); ++seen) {
    CHECK(iterator->value() == model[std::string(iterator->key())]);
    REQUIRE(iterator->Prev());
  }
  CHECK(seen == 30);
  iterator.reset();
  REQUIRE(store->Put("a", "b"));  // Readers' slots let go of the state before.
  REQUIRE(store->Flush());
  CHECK(BlobFiles(store).size() == 1);
  CHECK(store->Stats().blob_pinned_bytes == 0);
}

TEST_CASE("a snapshot keeps the values that it sees alive through collections",
          "[blob-collection]") {
  TestStore store(SmallBlobs());
  for (std::uint64_t i = 0; i < 40; ++i) REQUIRE(store->Put(KeyOf(i), Big(i)));
  REQUIRE(store->Flush());
  ReadOptions past;
  past.snapshot = store->GetSnapshot();
  const std::string then = Scan(*store, past);
  for (std::uint64_t round = 1; round < 4; ++round) {
    for (std::uint64_t i = 0; i < 40; ++i) REQUIRE(store->Put(KeyOf(i), Big(i + 1000 * round)));
    REQUIRE(store->CompactRange({}, {}));
    REQUIRE(store->WaitForCompactions());
    CHECK(Scan(*store, past) == then);
    CHECK(SpaceIsBounded(*store, store.options()));
  }
  past.snapshot = nullptr;
  REQUIRE(store->CompactRange({}, {}));
  REQUIRE(store->WaitForCompactions());
  CHECK(SpaceIsBounded(*store, store.options()));
  CHECK(store->Stats().blob_live_bytes < 40 * 600);
}

TEST_CASE("a deleted key stays deleted, whatever is collected after it", "[blob-collection]") {
  TestStore store(SmallBlobs(), 3);
  Random random(3);
  Model model;
  for (std::uint64_t i = 0; i < 1200; ++i) {
    const std::string key = KeyOf(random.Uniform(60));
    if (random.OneIn(2)) {
      REQUIRE(store->Delete(key));
      model.erase(key);
    } else {
      REQUIRE(store->Put(key, model[key] = Big(i, 300)));
    }
    if (i % 150 != 149) continue;
    REQUIRE(store->CompactRange({}, {}));
    REQUIRE(store->WaitForCompactions());
    REQUIRE(Scan(*store) == Render(model));
    REQUIRE(ScanBackwards(*store).size() == Render(model).size());
  }
  CHECK(store->counters().Get(Counter::kBlobCollections) > 0);
}

TEST_CASE("under overwrites the files stay within the bound and one file", "[blob-collection]") {
  Options options = SmallBlobs();
  options.memtable_bytes = 16 << 10;
  options.level0_runs = 2;
  options.blob_garbage_ratio = 1.1;  // Only the bound asks for collections.
  TestStore store(options, 9);
  Random random(9);
  Model model;
  double worst = 0;
  for (std::uint64_t i = 0; i < 6000; ++i) {
    const std::string key = KeyOf(random.Uniform(400));
    REQUIRE(store->Put(key, model[key] = Big(i, 200 + random.Uniform(200))));
    if (i % 50 != 49) continue;
    REQUIRE(store->WaitForCompactions());
    REQUIRE(SpaceIsBounded(*store, options));
    const StoreStats stats = store->Stats();
    if (i < 2000) continue;
    worst = std::max(
        worst, static_cast<double>(stats.blob_bytes) / static_cast<double>(stats.blob_live_bytes));
  }
  CAPTURE(worst, store->counters().Get(Counter::kBlobBytesCopied),
          store->counters().Get(Counter::kBlobBytesWritten));
  CHECK(worst > 1.0);
  CHECK(store->counters().Get(Counter::kBlobCollections) > 10);
  CHECK(Scan(*store) == Render(model));
}

TEST_CASE("writers are held while the files are over the bound by more than a file",
          "[blob-collection]") {
  Options options = SmallBlobs();
  options.memtable_bytes = 16 << 10;
  options.blob_file_bytes = 4 << 10;
  options.blob_garbage_ratio = 1.1;
  TestStore store(options, 11);
  Random random(11);
  for (std::uint64_t i = 0; i < 3000; ++i) {
    REQUIRE(store->Put(KeyOf(random.Uniform(60)), Big(i, 400)));
  }
  // Nobody waited for the collector but the writers themselves.
  CHECK(store->counters().Get(Counter::kBlobCollections) > 0);
  const StoreStats stats = store->Stats();
  CHECK(stats.blob_bytes < 2 * stats.blob_live_bytes + (64 << 10));
}

TEST_CASE("a store that had values inline moves them when it compacts anyway, and back",
          "[value-separation]") {
  Options inline_options = SmallBlobs();
  inline_options.blob_threshold = 0;
  TestStore store(inline_options);
  Model model;
  for (std::uint64_t i = 0; i < 50; ++i) {
    REQUIRE(store->Put(KeyOf(i), model[KeyOf(i)] = Big(i)));
  }
  REQUIRE(store->CompactRange({}, {}));
  store.options().blob_threshold = 100;
  store.Reopen();
  REQUIRE(store->WaitForCompactions());
  CHECK(BlobFiles(store).empty());  // Enabling alone writes nothing.
  REQUIRE(store->Put(KeyOf(7), model[KeyOf(7)] = Big(777)));
  CHECK(Scan(*store) == Render(model));
  REQUIRE(store->CompactRange({}, {}));
  CHECK(!BlobFiles(store).empty());
  CHECK(store->Stats().blob_live_bytes > 5 * 500);
  CHECK(Scan(*store) == Render(model));

  store.options().blob_threshold = 0;
  store.Reopen();
  CHECK(Scan(*store) == Render(model));
  for (std::uint64_t i = 0; i < 50; ++i) {
    REQUIRE(store->Put(KeyOf(i), model[KeyOf(i)] = Big(i + 1000)));
  }
  REQUIRE(store->CompactRange({}, {}));
  REQUIRE(store->WaitForCompactions());
  CHECK(BlobFiles(store).empty());
  CHECK(Scan(*store) == Render(model));
}

TEST_CASE("a merge over many blobs writes values anew, side by side", "[value-separation]") {
  Options options = SmallBlobs();
  options.memtable_bytes = 1 << 20;
  options.blob_file_bytes = 400 << 10;
  options.level0_runs = 100;  // Only the merge at the end.
  for (const int overlap_max : {0, 8}) {
    options.blob_overlap_max = overlap_max;
    TestStore store(options);
    Model model;
    for (std::uint64_t run = 0; run < 20; ++run) {
      for (std::uint64_t i = run; i < 400; i += 20) {
        REQUIRE(store->Put(KeyOf(i), model[KeyOf(i)] = Big(i)));
      }
      REQUIRE(store->Flush());
    }
    CHECK(BlobFiles(store).size() == 20);
    REQUIRE(store->CompactRange({}, {}));
    REQUIRE(store->WaitForCompactions());
    const auto files = BlobFiles(store).size();
    CHECK(files == (overlap_max == 0 ? 20U : 5U));  // Four stay, the others become one.
    CHECK(Scan(*store) == Render(model));
    CHECK(Outcome(store->VerifyAll()) == "ok");
  }
}

TEST_CASE("a multi-get reads the values of all keys at the same time", "[value-separation]") {
  TestStore store(SmallBlobs());
  for (std::uint64_t i = 0; i < 200; ++i) REQUIRE(store->Put(KeyOf(i), Big(i)));
  REQUIRE(store->Put("brief", Big(1), {.ttl_us = 1'000'000}));
  REQUIRE(store->Put("long", Big(2), {.ttl_us = 3'600'000'000}));
  REQUIRE(store->Put("small", "inside"));
  REQUIRE(store->Flush());
  REQUIRE(store->Put("fresh", Big(3)));
  store.clock().Advance(2'000'000);
  const auto count = [&](Counter counter) { return store->counters().Get(counter); };
  std::vector<std::string> keys;
  for (std::uint64_t i = 0; i < 200; i += 5) keys.push_back(KeyOf(i));
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  testing::Must(store->MultiGet(views, {}));  // The tables' blocks are in the cache then.
  const std::uint64_t reads = count(Counter::kBlobReads);
  const std::uint64_t together = count(Counter::kParallelReads);
  const auto results = testing::Must(store->MultiGet(views, {}));
  CHECK(count(Counter::kBlobReads) - reads == keys.size());
  CHECK(count(Counter::kParallelReads) - together == keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) CHECK(results[i].value == Big(5 * i));

  const std::vector<std::string_view> mixed = {"brief", "fresh", "nothing", "long",
                                               "small", keys[1], keys[2],   keys[1]};
  const auto answers = testing::Must(store->MultiGet(mixed, {}));
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    const auto expected = store.Get(mixed[i]);
    CHECK(answers[i].found == expected.has_value());
    CHECK(answers[i].value == expected.value_or(""));
  }
  CHECK_FALSE(answers[0].found);
  CHECK(answers[3].found);
}

TEST_CASE("a multi-get says which value is damaged", "[value-separation]") {
  TestStore store(SmallBlobs());
  for (std::uint64_t i = 0; i < 5; ++i) REQUIRE(store->Put(KeyOf(i), Big(i)));
  REQUIRE(store->Flush());
  REQUIRE(BlobFiles(store).size() == 1);
  const std::string path = BlobFiles(store).at(0);
  REQUIRE(store->Close());
  std::string contents = testing::Must(store.disk().Contents(path));
  contents[1000] = static_cast<char>(contents[1000] ^ 1);
  store.disk().SetContents(path, contents);
  REQUIRE(store.TryOpen());
  const std::string first = KeyOf(0);
  const std::string second = KeyOf(1);
  const std::vector<std::string_view> keys = {first, second};
  const auto results = store->MultiGet(keys, {});
  REQUIRE_FALSE(results);
  CHECK(results.error().code() == ErrorCode::kCorruption);
  CHECK(results.error().message().find(path.substr(3)) != std::string::npos);
}

TEST_CASE("a scan reads the values ahead of it at the same time", "[value-separation]") {
  TestStore store(SmallBlobs());
  for (std::uint64_t i = 0; i < 200; ++i) REQUIRE(store->Put(KeyOf(i), Big(i)));
  REQUIRE(store->Flush());
  const std::uint64_t before = store->counters().Get(Counter::kBlobReads);
  CHECK_FALSE(Scan(*store).empty());
  CHECK(store->counters().Get(Counter::kReadsInFlightPeak) == 32);
  CHECK(store->counters().Get(Counter::kBlobReads) - before == 200);
  // Turning round on every other step shows the same entries.
  auto iterator = testing::Must(store->NewIterator({}));
  REQUIRE(iterator->Seek(KeyOf(50)));
  for (std::uint64_t i = 50; i < 60; ++i) {
    REQUIRE(iterator->Next());
    REQUIRE(iterator->Next());
    REQUIRE(iterator->Prev());
    REQUIRE(iterator->key() == KeyOf(i + 1));
    REQUIRE(iterator->value() == Big(i + 1));
  }
  REQUIRE(iterator->Seek(KeyOf(500)));
  CHECK(!iterator->Valid());
  REQUIRE(iterator->SeekForPrev(KeyOf(500)));
  CHECK(iterator->value() == Big(199));
}

TEST_CASE("damage in a blob file is an error that names the file and the place",
          "[value-separation]") {
  TestStore store(SmallBlobs());
  for (std::uint64_t i = 0; i < 20; ++i) REQUIRE(store->Put(KeyOf(i), Big(i)));
  REQUIRE(store->Flush());
  const std::string path = BlobFiles(store).at(0);
  const std::string name = path.substr(3);  // Without "db/".
  REQUIRE(store->Close());
  std::string bytes = testing::Must(store.disk().Contents(path));
  bytes[3 * 510] ^= 4;
  REQUIRE(store.disk().Remove(path));
  {
    const auto file = testing::Must(store.disk().Create(path));
    REQUIRE(file->Append(bytes));
    REQUIRE(file->Sync());
  }
  REQUIRE(store.TryOpen());
  CHECK(store.Get(KeyOf(0)) == Big(0));
  int damaged = 0;
  std::string value;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto found = store->Get(KeyOf(i), &value);
    if (found) {
      CHECK(value == Big(i));
      continue;
    }
    ++damaged;
    CHECK(Outcome(found).find("corruption: " + name + ": value at offset ") == 0);
  }
  CHECK(damaged == 1);
  CHECK(Outcome(store->VerifyAll()).find(name) != std::string::npos);
  // A scan shows what is before the damage and then says what is wrong.
  auto iterator = testing::Must(store->NewIterator({}));
  Status moved = iterator->SeekToFirst();
  std::size_t seen = 0;
  for (; moved && iterator->Valid(); ++seen) moved = iterator->Next();
  CHECK(!moved);
  CHECK(!iterator->Valid());
  CHECK(seen >= 1);
}

TEST_CASE("a missing blob file keeps the store from opening, and says which",
          "[value-separation]") {
  TestStore store(SmallBlobs());
  REQUIRE(store->Put("k", Big(1)));
  REQUIRE(store->Flush());
  const std::string path = BlobFiles(store).at(0);
  REQUIRE(store->Close());
  REQUIRE(store.disk().Remove(path));
  const std::string outcome = Outcome(store.TryOpen());
  CHECK(outcome.find(path.substr(3)) != std::string::npos);
  CHECK(outcome.find("corruption") == 0);
}

}  // namespace
}  // namespace strata
