#include <catch2/catch.hpp>

#include <algorithm>

#include "conformance/journal_conformance.h"
#include "io/clock.h"
#include "journal/local_journal.h"
#include "testing/results.h"
#include "version/local_table_store.h"
#include "wal/log_reader.h"

namespace strata::testing {
namespace {

constexpr const char* kDirectory = "db";

class LocalRemains final : public JournalRemains {
 public:
  explicit LocalRemains(std::unique_ptr<MemoryFileSystem> disk) : disk_(std::move(disk)) {}

  std::vector<KeptLog> Logs() override {
    std::vector<KeptLog> logs;
    for (const std::string& name : Must(disk_->List(kDirectory))) {
      const auto parsed = ParseFileName(name);
      if (parsed && parsed->kind == FileKind::kLog) logs.push_back(Read(parsed->number));
    }
    std::sort(logs.begin(), logs.end(),
              [](const KeptLog& a, const KeptLog& b) { return a.number < b.number; });
    return logs;
  }

  Status ReadValue(const blob::Place& place, std::string* value) override {
    const std::string path = JoinPath(kDirectory, BlobFileName(place.pointer.blob));
    STRATA_TRY_ASSIGN(const auto file, disk_->Open(path));
    return blob::ReadPlace(*file, place, value);
  }

 private:
  KeptLog Read(FileNumber number) {
    const std::string contents = Must(disk_->Contents(JoinPath(kDirectory, LogFileName(number))));
    KeptLog log{.number = number};
    wal::LogReader reader(contents);
    while (const auto record = Must(reader.Next())) {
      log.records.emplace_back(record->sequence, record->payload);
    }
    log.ended = reader.ending() == wal::Ending::kClean;
    log.length = reader.valid_length();
    return log;
  }

  const std::unique_ptr<MemoryFileSystem> disk_;
};

class LocalWorld final : public JournalWorld {
 public:
  LocalWorld() {
    REQUIRE(disk_->CreateDirectories(kDirectory));
    REQUIRE(disk_->SyncDirectory(ParentDirectory(kDirectory)));
    environment_.files = faulty_.get();
    environment_.clock = &clock_;
    store_.Start({std::shared_ptr<void>(), faulty_.get()}, [this] { return next_file_++; });
  }

  Journal& journal() override { return journal_; }
  std::shared_ptr<DirectValues> NewDirect() override {
    return std::make_shared<DirectValues>(store_, /*file_bytes_max=*/1 << 20, counters_);
  }

  void SetPlan(const FaultPlan& plan) override { faulty_->SetPlan(plan); }
  bool fired() const override { return faulty_->fired(); }

  std::unique_ptr<JournalRemains> AfterKill() override {
    return std::make_unique<LocalRemains>(disk_->Clone());
  }
  std::unique_ptr<JournalRemains> AfterPowerCut(CrashKind kind, Random& random) override {
    return std::make_unique<LocalRemains>(disk_->Crash(kind, random));
  }

 private:
  const std::unique_ptr<MemoryFileSystem> disk_ = NewMemoryFileSystem();
  const std::unique_ptr<FaultyFileSystem> faulty_ = NewFaultyFileSystem(*disk_);
  ManualClock clock_;
  Environment environment_;
  Counters counters_;
  LocalTableStore store_{{.directory = kDirectory}};
  FileNumber next_file_ = 100;
  LocalJournal journal_{environment_, kDirectory, counters_};
};

std::unique_ptr<JournalWorld> MakeWorld() {
  return std::make_unique<LocalWorld>();
}

TEST_CASE("a local journal conforms", "[write-ahead-log]") {
  CheckJournalConformance(MakeWorld);
}

TEST_CASE("a local journal lets go of the logs before a number, and of nothing else",
          "[flush-and-merge]") {
  CheckJournalRelease(MakeWorld);
}

TEST_CASE("a local journal ends the logs that it has retired, oldest first", "[background-work]") {
  CheckRetiredLogs(MakeWorld);
}

TEST_CASE("a local journal has values on the disk before what says so of their records",
          "[value-separation]") {
  CheckJournalValues(MakeWorld);
}
}  // namespace
}  // namespace strata::testing
