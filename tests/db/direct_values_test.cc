// Large values are written once: to a blob file when they are put. Log and memtable hold pointers.

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "blob/blob_reader.h"
#include "stats/counters.h"
#include "testing/blob_stores.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Big;
using testing::BlobFiles;
using testing::BytesOf;
using testing::CheckAgainstMap;
using testing::CodeOf;
using testing::Must;
using testing::Outcome;
using testing::Render;
using testing::Scan;
using testing::SmallBlobs;
using testing::TestStore;

using Model = std::map<std::string, std::string>;

Options Direct(SyncMode sync = SyncMode::kNone) {
  Options options = SmallBlobs();
  options.sync = sync;
  options.direct_value_bytes = 200;
  options.direct_sync_bytes = 0;
  return options;
}

TEST_CASE("a large value is in a blob file at once, and not in log or memtable",
          "[value-separation]") {
  TestStore store(Direct());
  const std::string large(20'000, 'x');
  REQUIRE(store->Put("large", large));
  REQUIRE(store->Put("small", std::string(199, 'y')));
  CHECK(BytesOf(store, ".blob") == large.size() + 6);
  CHECK(BytesOf(store, ".wal") < 1000);
  CHECK(store.Get("large") == large);
  CHECK(store.Get("small") == std::string(199, 'y'));
  CHECK(store->counters().Get(Counter::kBlobBytesWritten) == large.size() + 6);
  REQUIRE(store->Flush());
  // The small one is large enough for a file of its own: it lives apart, but came through the log.
  CHECK(BlobFiles(store).size() == 2);
  CHECK(store->Stats().blob_files == 2);
  CHECK(store.Get("large") == large);
  CHECK(store.Get("small") == std::string(199, 'y'));
  CHECK(Outcome(store->VerifyAll()) == "ok");
  store.Reopen();
  CHECK(store.Get("large") == large);
  CHECK(BlobFiles(store).size() == 2);
}

TEST_CASE("each byte of a large value is written once", "[value-separation]") {
  TestStore store(Direct());
  for (std::uint64_t i = 0; i < 500; ++i) {
    REQUIRE(store->Put("key" + std::to_string(1000 + i * 7919 % 500), Big(i, 1000)));
  }
  REQUIRE(store->Flush());
  REQUIRE(store->WaitForCompactions());
  const auto count = [&](Counter counter) {
    return static_cast<double>(store->counters().Get(counter));
  };
  const double written = count(Counter::kWalBytes) + count(Counter::kFlushBytes) +
                         count(Counter::kCompactionBytesWritten) +
                         count(Counter::kBlobBytesWritten) + count(Counter::kBlobBytesCopied);
  CHECK(written < 1.25 * count(Counter::kUserBytesWritten));
}

TEST_CASE("whether a value goes directly is a matter of its size and of the sync",
          "[value-separation]") {
  struct Case {
    std::uint64_t direct, sync_bytes, threshold;
    bool sync;
    std::size_t size;
    bool goes;
  };
  const Case cases[] = {
      {200, 0, 100, false, 200, true},    {200, 0, 100, false, 199, false},
      {200, 0, 100, true, 200, true},     {200, 1000, 100, true, 999, false},
      {200, 1000, 100, true, 1000, true}, {200, 1000, 100, false, 200, true},
      {0, 0, 100, false, 5000, false},    {200, 0, 0, false, 5000, false},
      {200, 0, 1000, false, 999, false},  {200, 0, 1000, false, 1000, true},
  };
  for (const Case& it : cases) {
    Options options = Direct();
    options.direct_value_bytes = it.direct;
    options.direct_sync_bytes = it.sync_bytes;
    options.blob_threshold = it.threshold;
    TestStore store(options);
    REQUIRE(store->Put("k", std::string(it.size, 'x'), {.sync = it.sync}));
    INFO(it.direct << " " << it.sync_bytes << " " << it.threshold << " " << it.sync << " "
                   << it.size);
    CHECK(!BlobFiles(store).empty() == it.goes);
    CHECK(store.Get("k") == std::string(it.size, 'x'));
  }
  for (const std::size_t size : {1023, 1024}) {  // As the options are.
    TestStore store(Options{.sync = SyncMode::kNone});
    REQUIRE(store->Put("k", std::string(size, 'x')));
    CHECK(BlobFiles(store).size() == (size == 1024 ? 1 : 0));
  }
  // Where a file must be synced anyhow, even a small value goes there.
  Options options = Direct();
  options.direct_sync_bytes = 1000;
  TestStore store(options);
  REQUIRE(store->Put("a", std::string(200, 'x')));
  REQUIRE(store->Put("b", std::string(200, 'y'), {.sync = true}));
  CHECK(BytesOf(store, ".blob") == 2 * 206);
  REQUIRE(store->Put("c", std::string(200, 'z'), {.sync = true}));
  CHECK(BytesOf(store, ".blob") == 2 * 206);
}

TEST_CASE("with values written directly, random operations agree with a map",
          "[value-separation]") {
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    Options options = Direct(seed % 2 == 0 ? SyncMode::kAlways : SyncMode::kNone);
    options.direct_value_bytes = seed < 3 ? 1 : 200;
    options.blob_threshold = seed < 3 ? 1 : 100;
    options.compression = seed == 3 ? Compression::kLz4 : Compression::kNone;
    options.memtable_bytes = seed == 4 ? 4096 : 32 << 10;
    TestStore store(options, 70 + seed);
    Random random(seed);
    CheckAgainstMap(store, random, [&] {
      if (random.OneIn(300)) store.Reopen();
      if (!random.OneIn(400)) return;
      store.Kill();
      REQUIRE(store.TryOpen());
    });
  }
}

TEST_CASE("snapshots, cursors, conditions and batches see values that are only in a file",
          "[value-separation]") {
  TestStore store(Direct());
  REQUIRE(store->Put("a", Big(1)));
  const auto snapshot = store->GetSnapshot();
  auto cursor = Must(store->NewIterator({}));
  WriteBatch batch;
  batch.Put("a", Big(2));
  batch.Put("b", Big(3));
  batch.Delete("c");
  batch.RequireValue("a", Big(1));
  REQUIRE(store->Write(batch));
  CHECK(CodeOf(store->Write(batch)) == "condition failed");
  CHECK(store.Get("a") == Big(2));
  const auto entry = Must(store->GetEntry("b"));
  REQUIRE(entry);
  CHECK(entry->value == Big(3));
  const std::string before = "a=" + Big(1) + " ";
  for (const bool flushed : {false, true}) {
    if (flushed) REQUIRE(store->Flush());
    CHECK(Scan(*store, {.snapshot = snapshot}) == before);
    REQUIRE(cursor->SeekToFirst());
    REQUIRE(cursor->Valid());
    CHECK(cursor->value() == Big(1));
    REQUIRE(cursor->Next());
    CHECK(!cursor->Valid());
    auto transaction = Must(store->Begin({}));
    std::string value;
    CHECK(Must(transaction->Get("b", &value)));
    CHECK(value == Big(3));
  }
}

TEST_CASE("named tables and expiring entries have values in files, too", "[value-separation]") {
  TestStore store(Direct());
  const TableRef table = Must(store->CreateTable("t", {}));
  REQUIRE(store->Put("a", Big(1), {.table = table}));
  REQUIRE(store->Put("a", Big(2), {.ttl_us = 1'000'000}));
  CHECK(BytesOf(store, ".blob") == 2 * 507);
  for (int round = 0; round < 3; ++round) {
    if (round == 1) store.Reopen();
    if (round == 2) REQUIRE(store->Flush());
    INFO(round);
    CHECK(Scan(*store, {.table = table}) == "a=" + Big(1) + " ");
    CHECK(Must(store->GetEntry("a"))->expires_at_us != 0);
    CHECK(store.Get("a") == Big(2));
  }
  store.clock().Advance(2'000'000);
  CHECK(store.Get("a") == std::nullopt);
  REQUIRE(store->Put("b", Big(3), {.table = table}));
  REQUIRE(store->DropTable("t"));
  REQUIRE(store->Put("c", Big(4)));
  store.Kill();
  REQUIRE(store.TryOpen());
  CHECK(Scan(*store) == "c=" + Big(4) + " ");
  CHECK(Outcome(store->VerifyAll()) == "ok");
}

TEST_CASE("a sync makes all values before it durable, whichever file they are in",
          "[value-separation]") {
  for (const bool finished : {false, true}) {
    TestStore store(Direct());
    Model model;
    for (std::uint64_t i = 0; i < 40; ++i) {
      model["key" + std::to_string(100 + i)] = Big(i, 1000);
      REQUIRE(store->Put("key" + std::to_string(100 + i), Big(i, 1000)));
    }
    REQUIRE(BlobFiles(store).size() == 3);
    if (finished) store.executor().RunAll();
    REQUIRE(store->Put("small", "1", {.sync = true}));
    model["small"] = "1";
    Random random(1);
    store.PowerCut(CrashKind::kNothingUnsynced, random);
    REQUIRE(store.TryOpen());
    CHECK(Scan(*store) == Render(model));
  }
}

TEST_CASE("values that were overwritten before the flush leave no file behind",
          "[value-separation]") {
  TestStore store(Direct());
  for (std::uint64_t i = 0; i < 40; ++i) REQUIRE(store->Put("k", Big(i, 1000)));
  CHECK(BlobFiles(store).size() == 3);
  REQUIRE(store->Flush());
  CHECK(BlobFiles(store).size() == 1);  // The one with the last value.
  CHECK(store.Get("k") == Big(39, 1000));
  REQUIRE(store->Put("k", Big(40)));
  REQUIRE(store->Delete("k"));
  REQUIRE(store->Flush());
  CHECK(store.Get("k") == std::nullopt);
  CHECK(BlobFiles(store).size() == 1);
  REQUIRE(store->CompactRange({}, {}));
  REQUIRE(store->WaitForCompactions());
  CHECK(BlobFiles(store).empty());
}

TEST_CASE("direct values fill a generation, too", "[value-separation]") {
  TestStore store(Direct());
  for (std::uint64_t i = 0; i < 300; ++i) {
    REQUIRE(store->Put("key" + std::to_string(i), Big(i, 1000)));
  }
  REQUIRE(store->WaitForCompactions());
  CHECK(store->counters().Get(Counter::kFlushes) == 2);  // Each holds four times 32 KiB.
}

TEST_CASE("a full file is finished in the background, while its values wait for a flush",
          "[value-separation]") {
  TestStore store(Direct());
  Model model;
  const auto put = [&](std::uint64_t i) {
    model["key" + std::to_string(100 + i)] = Big(i, 1000);
    REQUIRE(store->Put("key" + std::to_string(100 + i), Big(i, 1000)));
  };
  for (std::uint64_t i = 0; i < 20; ++i) put(i);
  const std::uint64_t before = BytesOf(store, ".blob");
  REQUIRE(BlobFiles(store).size() == 2);
  store.executor().RunAll();
  CHECK(BytesOf(store, ".blob") > before);  // One file got its index and footer.
  CHECK(store->counters().Get(Counter::kFlushes) == 0);
  CHECK(store->counters().Get(Counter::kBlobBytesWritten) == BytesOf(store, ".blob"));
  const auto files = BlobFiles(store);
  REQUIRE(
      blob::BlobReader::Open(Must(store.disk().Open(files.at(0))), files.at(0), store->counters()));
  CHECK(Scan(*store) == Render(model));
  for (const bool kill : {false, true}) {
    if (kill) {
      for (std::uint64_t i = 20; i < 40; ++i) put(i);
      store.executor().RunAll();
      store.Kill();
      REQUIRE(store.TryOpen());
    }
    REQUIRE(store->Put("synced", Big(1), {.sync = true}));
    model["synced"] = Big(1);
    REQUIRE(store->Flush());
    CHECK(Scan(*store) == Render(model));
    CHECK(BlobFiles(store).size() == store->Stats().blob_files);
    CHECK(Outcome(store->VerifyAll()) == "ok");
  }
}

TEST_CASE("what the log points to comes back after a kill and after a clean close",
          "[value-separation]") {
  for (const bool kill : {true, false}) {
    TestStore store(Direct());
    Model model;
    for (std::uint64_t i = 0; i < 50; ++i) {
      model["key" + std::to_string(100 + i)] = Big(i, 100 + i * 10);
      REQUIRE(store->Put("key" + std::to_string(100 + i), Big(i, 100 + i * 10)));
    }
    if (kill) {
      store.Kill();
      REQUIRE(store.TryOpen());
    } else {
      store.Reopen();
    }
    CHECK(Scan(*store) == Render(model));
    CHECK(Outcome(store->VerifyAll()) == "ok");
    // All files are of the version: what was read from is gone.
    CHECK(BlobFiles(store).size() == store->Stats().blob_files);
  }
}

// Flips a bit of the only blob file's first value.
void Damage(TestStore& store) {
  REQUIRE(BlobFiles(store).size() == 1);
  std::string bytes = Must(store.disk().Contents(BlobFiles(store).at(0)));
  bytes[3] ^= 1;
  store.disk().SetContents(BlobFiles(store).at(0), bytes);
}

TEST_CASE("a value that nobody promised ends the log where it is missing", "[value-separation]") {
  for (const bool removed : {false, true}) {
    TestStore store(Direct());
    REQUIRE(store->Put("a", "1"));
    REQUIRE(store->Put("b", Big(2)));
    REQUIRE(store->Put("c", "3"));
    store.Kill();
    if (removed) {
      REQUIRE(store.disk().Remove(BlobFiles(store).at(0)));
    } else {
      Damage(store);
    }
    REQUIRE(store.TryOpen());
    CHECK(Scan(*store) == "a=1 ");
    REQUIRE(store->Put("d", Big(4)));
    REQUIRE(store->Flush());
    store.Reopen();
    CHECK(Scan(*store) == "a=1 d=" + Big(4) + " ");
    CHECK(Outcome(store->VerifyAll()) == "ok");
  }
}

TEST_CASE("a promised value that is damaged is an error that names file and place",
          "[value-separation]") {
  for (const bool closed : {false, true}) {
    TestStore store(Direct());
    REQUIRE(store->Put("a", "1"));
    REQUIRE(store->Put("b", Big(2)));
    REQUIRE(store->Put("c", "3", {.sync = true}));
    REQUIRE(store->Put("d", "4"));  // Its record says that the one before is on the disk.
    const std::string name = BlobFiles(store).at(0).substr(3);
    if (closed) {
      REQUIRE(store->Close());
    } else {
      store.Kill();
    }
    Damage(store);
    CHECK(Outcome(store.TryOpen()) == "corruption: opening store db: replaying 000003.wal: " +
                                          name + ": value at offset 0: bad checksum");
  }
}

TEST_CASE("verify reads what a log points to", "[value-separation]") {
  TestStore store(Direct());
  REQUIRE(store->Put("b", Big(2)));
  CHECK(Outcome(store->VerifyAll()) == "ok");
  Damage(store);
  CHECK(CodeOf(store->VerifyAll()) == "corruption");
}

TEST_CASE("a batch whose value is missing is lost as a whole", "[value-separation]") {
  TestStore store(Direct());
  WriteBatch batch;
  batch.Put("a", "1");
  batch.Put("b", Big(2));
  batch.Put("c", Big(3));
  REQUIRE(store->Write(batch));
  store.Kill();
  std::string bytes = Must(store.disk().Contents(BlobFiles(store).at(0)));
  store.disk().SetContents(BlobFiles(store).at(0), bytes.substr(0, bytes.size() - 1));
  REQUIRE(store.TryOpen());
  CHECK(Scan(*store).empty());
}

TEST_CASE("a store that is opened to be read shows what its log points to", "[learned-index]") {
  TestStore store(Direct());
  REQUIRE(store->Put("a", Big(1)));
  REQUIRE(store->Put("b", Big(2), {.ttl_us = 1'000'000}));
  store.Kill();
  store.options().read_only = true;
  const auto before = BlobFiles(store);
  REQUIRE(store.TryOpen());
  CHECK(Scan(*store) == "a=" + Big(1) + " b=" + Big(2) + " ");
  CHECK(BlobFiles(store) == before);
}

TEST_CASE("a value of 4 GiB is refused, and nothing of its batch is written",
          "[value-separation]") {
  TestStore store(Direct());
  // Nothing looks at the bytes: the length is enough to refuse it.
  const std::string_view too_long(store.kDirectory, kValueSizeMax + 1);
  CHECK(Outcome(store->Put("k", too_long)) ==
        "invalid argument: a value of 4294967296 bytes is longer than the 4294967295 that are "
        "allowed; nothing was written");
  WriteBatch batch;
  batch.Put("a", "1");
  batch.Put("b", too_long);
  CHECK(CodeOf(store->Write(batch)) == "invalid argument");
  CHECK(Scan(*store).empty());
}

TEST_CASE("values between the block's and the log's limits are written out and read",
          "[value-separation][slow]") {
  for (const std::uint64_t threshold : {0, 1024}) {
    Options options;
    options.compression = Compression::kNone;
    options.blob_threshold = threshold;
    TestStore store(options);
    for (const std::size_t size : {(64U << 20) - 1, 64U << 20, 150U << 20}) {
      const std::string value(size, 'L');
      REQUIRE(store->Put("k", value));
      CHECK((store.Get("k") == value));
      CHECK(BytesOf(store, ".wal") < (65U << 20));
      store.Reopen();
      REQUIRE(store->Flush());
      CHECK((store.Get("k") == value));
    }
    CHECK(Outcome(store->VerifyAll()) == "ok");
  }
}

}  // namespace
}  // namespace strata
