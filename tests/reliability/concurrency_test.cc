// Real threads on real files: writers, readers, iterators, flushes and compactions side by side.
// Runs under ThreadSanitizer too.

#include <catch2/catch.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "strata/db.h"
#include "testing/ledger.h"
#include "testing/results.h"
#include "testing/temp_dir.h"

namespace strata::testing {
namespace {

constexpr int kWriters = 3;
constexpr const char* kParts[] = {"a", "b", "c"};

Options BusyStore() {
  Options options;
  options.memtable_bytes = 16 << 10;
  options.table_bytes = 16 << 10;
  options.level0_runs = 2;
  options.level1_bytes = 32 << 10;
  options.block_bytes = 512;
  options.block_cache_bytes = 256 << 10;
  options.sync = SyncMode::kInterval;
  options.sync_interval_ms = 1;
  options.stall_max_ms = 1;
  return options;
}

std::string KeyOf(int writer, const std::string& part) {
  return std::to_string(writer) + part;
}

std::string Padded(std::uint64_t number) {
  std::string text = std::to_string(number);
  return std::string(8 - text.size(), '0') + text;
}

// Catch's checks aren't for several threads: each keeps what it finds to itself.
class Findings {
 public:
  void Expect(bool holds, const std::string& what) {
    if (!holds && found_.size() < 3) found_.push_back(what);
  }
  template <typename T>
  bool Succeeds(const Result<T>& result, const std::string& doing) {
    if (!result.has_value()) Expect(false, doing + ": " + result.error().message());
    return result.has_value();
  }
  void Report() const {
    for (const std::string& finding : found_) FAIL_CHECK(finding);
  }

 private:
  std::vector<std::string> found_;
};

class Crowd {
 public:
  Crowd(DB& db, std::uint64_t batches) : db_(db), batches_(batches) {}

  void Run(Ledger& ledger) {
    for (int writer = 0; writer < kWriters; ++writer)
      Start([=, this](auto& f) { Write(writer, f); });
    Start([this](auto& findings) { Read(1, findings); });
    Start([this](auto& findings) { Scan(2, findings); });
    Start([this](auto& findings) { Maintain(findings); });
    for (auto& thread : threads_) thread.join();
    for (const auto& findings : findings_) findings->Report();
    ledger.Add("batches", kWriters * batches_);
    ledger.Add("reads", reads_);
    ledger.Add("scans", scans_);
    ledger.Add("flushes_and_compactions", maintenance_);
  }

 private:
  void Start(std::function<void(Findings&)> work) {
    findings_.push_back(std::make_unique<Findings>());
    threads_.emplace_back([work, &findings = *findings_.back()] { work(findings); });
  }

  // Each batch gives all parts of the writer's group the same, next number.
  void Write(int writer, Findings& findings) {
    for (std::uint64_t i = 1; i <= batches_; ++i) {
      WriteBatch batch;
      for (const char* part : kParts) batch.Put(KeyOf(writer, part), Padded(i));
      batch.Put(KeyOf(writer, "filler" + std::to_string(i % 50)), std::string(100, 'f'));
      WriteOptions options;
      if (i % 64 == 0) options.sync = true;
      if (!findings.Succeeds(db_.Write(batch, options), "write")) break;
    }
    ++writers_done_;
  }

  bool WritersDone() const { return writers_done_ == kWriters; }

  // Several keys at one instant: a whole batch, and never an older one than before.
  void Read(std::uint64_t seed, Findings& findings) {
    Random random(seed);
    std::string last[kWriters];
    while (!WritersDone()) {
      const int writer = static_cast<int>(random.Uniform(kWriters));
      std::vector<std::string> keys;
      for (const char* part : kParts) keys.push_back(KeyOf(writer, part));
      const std::vector<std::string_view> views(keys.begin(), keys.end());
      const auto found = db_.MultiGet(views, {});
      if (!findings.Succeeds(found, "multi get")) return;
      const auto& answers = *found;
      for (const MultiGetResult& answer : answers) {
        findings.Expect(answer.value == answers[0].value,
                        "half a batch: " + answers[0].value + " and " + answer.value);
      }
      findings.Expect(answers[0].value >= last[writer], "went back to " + answers[0].value);
      last[writer] = answers[0].value;
      std::string value;
      if (!findings.Succeeds(db_.Get(keys[1], &value), "get")) return;
      findings.Expect(value >= last[writer], "a later get went back to " + value);
      ++reads_;
    }
  }

  void Scan(std::uint64_t seed, Findings& findings) {
    Random random(seed);
    std::string last[kWriters];
    while (!WritersDone()) {
      const int writer = static_cast<int>(random.Uniform(kWriters));
      ReadOptions options;
      options.prefix = std::to_string(writer);
      auto iterator = db_.NewIterator(options);
      if (!findings.Succeeds(iterator, "new iterator")) return;
      std::string value;
      std::string key_before;
      const bool backwards = random.OneIn(2);
      Status moved = backwards ? (*iterator)->SeekToLast() : (*iterator)->SeekToFirst();
      while (moved && (*iterator)->Valid()) {
        const std::string key((*iterator)->key());
        findings.Expect(key_before.empty() || (backwards ? key < key_before : key > key_before),
                        "out of order at " + key);
        key_before = key;
        if (key.size() == 2) {  // One of the three parts.
          if (value.empty()) value = (*iterator)->value();
          findings.Expect(value == (*iterator)->value(), "a scan saw half a batch");
        }
        moved = backwards ? (*iterator)->Prev() : (*iterator)->Next();
      }
      if (!findings.Succeeds(moved, "scan")) return;
      findings.Expect(value >= last[writer], "a scan went back to " + value);
      last[writer] = value;
      ++scans_;
    }
  }

  void Maintain(Findings& findings) {
    for (int i = 0; !WritersDone(); ++i) {
      Status done;
      if (i % 4 == 0) done = db_.CompactRange(std::nullopt, std::nullopt);
      if (i % 4 == 1) done = db_.VerifyAll();
      if (i % 4 == 2) done = db_.Sync();
      if (i % 4 == 3) done = db_.Flush();
      if (!findings.Succeeds(done, "maintenance " + std::to_string(i % 4))) return;
      (void)db_.Stats();
      ++maintenance_;
    }
  }

  DB& db_;
  const std::uint64_t batches_;
  std::atomic<int> writers_done_{0};
  std::atomic<std::uint64_t> reads_{0};
  std::atomic<std::uint64_t> scans_{0};
  std::atomic<std::uint64_t> maintenance_{0};
  std::vector<std::unique_ptr<Findings>> findings_;
  std::vector<std::thread> threads_;
};

TEST_CASE("readers see whole batches and never go back, whatever runs beside them",
          "[parallel-reads][concurrency][long]") {
  Ledger ledger("concurrency");
  const TempDir directory;
  constexpr std::uint64_t kBatches = 1500;
  {
    auto db = Must(DB::Open(BusyStore(), directory.File("db")));
    Crowd(*db, Scaled(kBatches)).Run(ledger);
    CHECK(db->Close());
  }
  auto db = Must(DB::Open(BusyStore(), directory.File("db")));
  for (int writer = 0; writer < kWriters; ++writer) {
    std::string value;
    REQUIRE(db->Get(KeyOf(writer, "b"), &value));
    CHECK(value == Padded(Scaled(kBatches)));
  }
  CHECK(ledger.Shortfall("batches", kWriters * kBatches) == "");
  CHECK(ledger.Get("reads") > 0);
  CHECK(ledger.Get("scans") > 0);
  CHECK(ledger.Get("flushes_and_compactions") > 0);
}

TEST_CASE("large batches of many writers go in side by side and whole",
          "[parallel-reads][concurrency][long]") {
  const TempDir directory;
  Options options = BusyStore();
  options.memtable_bytes = 1 << 20;
  options.sync = SyncMode::kAlways;  // Batches queue up behind the sync, so that groups form.
  auto db = Must(DB::Open(options, directory.File("db")));
  std::vector<Findings> findings(4);
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 4; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < 6; ++i) {
        WriteBatch batch;
        for (int entry = 0; entry < 100; ++entry) {
          batch.Put(KeyOf(writer, "-" + std::to_string(entry)),
                    std::to_string(i) + std::string(1400, 'v'));
        }
        findings[static_cast<std::size_t>(writer)].Succeeds(db->Write(batch), "write");
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const Findings& finding : findings) finding.Report();
  for (int writer = 0; writer < 4; ++writer) {
    for (int entry = 0; entry < 100; ++entry) {
      std::string value;
      REQUIRE(db->Get(KeyOf(writer, "-" + std::to_string(entry)), &value));
      REQUIRE(value.substr(0, 2) == "5v");
    }
  }
}

TEST_CASE("a store closes in the middle of background work, and has all when it opens again",
          "[parallel-reads][concurrency][long]") {
  const TempDir directory;
  Random random(6);
  std::uint64_t written = 0;
  for (int round = 0; round < 12; ++round) {
    auto db = Must(DB::Open(BusyStore(), directory.File("db")));
    std::string value;
    const bool found = Must(db->Get("last", &value));
    CHECK(found == (round > 0));
    if (round > 0) CHECK(value == std::to_string(written));
    for (std::uint64_t i = random.Between(50, 300); i > 0; --i) {
      WriteBatch batch;
      batch.Put("last", std::to_string(++written));
      batch.Put("k" + std::to_string(written), std::string(random.Uniform(300), 'x'));
      REQUIRE(db->Write(batch));
    }
    if (round % 3 != 0) REQUIRE(db->Close());  // Otherwise the destructor closes.
  }
}

}  // namespace
}  // namespace strata::testing
