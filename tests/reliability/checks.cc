#include "reliability/checks.h"

#include <utility>

#include "base/check.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "base/mutant.h"
#include "base/random.h"
#include "compaction/compaction_stream.h"
#include "memtable/memtable.h"
#include "reliability/allocation_limit.h"
#include "reliability/damage.h"
#include "reliability/faults.h"
#include "reliability/simulation.h"
#include "reliability/workloads.h"
#include "sst/compression.h"
#include "sst/table_reader.h"
#include "testing/tables.h"
#include "version/version_set.h"
#include "wal/batch_format.h"

namespace strata::testing {
namespace {

constexpr std::size_t kAllocationMax = std::size_t{64} << 20;

Findings SweepCrashes(SyncMode sync) {
  const CrashSweepOptions options{
      .store = TinyStore(sync), .seed = 3, .draws = 3, .failures_max = 1};
  return SweepCrashPoints(options, MakeWorkload({.seed = 3, .reopen_every = 9})).failures;
}

// --- drop rules ----------------------------------------------------------------------------------

struct KeyVersion {
  SequenceNumber sequence;
  EntryKind kind;
};

// What a reader at `at` sees of a key: the sequence of a value, 0 for nothing, and "below" for what
// deeper tables hold. `versions` newest first.
std::string SeenAt(const std::vector<KeyVersion>& versions, SequenceNumber at, bool older_below) {
  for (const KeyVersion& version : versions) {
    if (version.sequence > at) continue;
    return version.kind == EntryKind::kDelete ? "nothing" : std::to_string(version.sequence);
  }
  return older_below ? "below" : "nothing";
}

// Those of one key's versions that a merge keeps whose output lies above the tables of `below`.
std::vector<KeyVersion> Kept(const std::vector<KeyVersion>& versions,
                             const compaction::Snapshots& snapshots,
                             const std::shared_ptr<const Version>& below) {
  MemTable memtable(1);
  for (const KeyVersion& version : versions) {
    memtable.Add(version.sequence, version.kind, "key", "");
  }
  compaction::CompactionJob job;
  job.output = {1, 1};
  compaction::CompactionStream stream(memtable.NewIterator(), compaction::OlderData(job, below),
                                      snapshots);
  std::vector<KeyVersion> kept;
  STRATA_CHECK(stream.Start({}).has_value());
  while (stream.Valid()) {
    if (stream.verdict() == compaction::Verdict::kKeep) {
      kept.push_back({SequenceOf(stream.key()), KindOf(stream.key())});
    }
    STRATA_CHECK(stream.Next().has_value());
  }
  return kept;
}

// A tree whose deepest level has an older version of the key.
std::shared_ptr<const Version> TreeWithOlder(TableFactory* tables) {
  auto table = tables->Make(1, {5, 1}, "key@1=below");
  VersionEdit edit;
  edit.added = {table->meta()};
  auto tree = Version().With(edit, {std::move(table)});
  STRATA_CHECK(tree.has_value());
  return *std::move(tree);
}

// --- absurd lengths ------------------------------------------------------------------------------

// A put whose key, or value, says that it is `length` bytes long, and is three.
std::string BatchWithLength(std::uint64_t length, bool of_key) {
  std::string batch;
  wal::AppendPut(&batch, "", "");
  batch.resize(batch.size() - (of_key ? 2 : 1));  // Each length is one byte.
  AppendVarint64(&batch, length);
  return batch + "abc";
}

void CheckBatches(Findings* findings) {
  for (const std::uint64_t base : {0ULL, 1ULL << 16, 1ULL << 31, 1ULL << 32, 1ULL << 63}) {
    for (std::uint64_t more = base == 0 ? 4 : 0; more < 12; ++more) {
      for (const bool of_key : {true, false}) {
        const std::string batch = BatchWithLength(base + more, of_key);
        const Status read = wal::ForEachEntry(batch, 1, [](const auto&) { return Status(); });
        if (!read) continue;
        findings->push_back("three bytes were read as " + std::to_string(base + more));
      }
    }
  }
}

// A table whose footer checks and whose index block claims a gigabyte.
std::string TableWithHugeIndex(std::string table) {
  char* footer = table.data() + table.size() - sst::kFooterSize;
  EncodeFixed(footer + 24, std::uint64_t{1} << 30);
  EncodeFixed(footer + 80, Crc32c({footer, sst::kFooterChecked}));
  return table;
}

void CheckTables(Findings* findings) {
  const Specimen specimen = MakeClosedStore();
  for (const std::string& path : FilesOf(*specimen.disk)) {
    if (!path.ends_with(".sst")) continue;
    specimen.disk->SetContents(path, TableWithHugeIndex(*specimen.disk->Contents(path)));
    Counters counters;
    auto file = specimen.disk->Open(path);
    STRATA_CHECK(file.has_value());
    TakeLargestAllocation();
    if (sst::TableReader::Open(*std::move(file), path, {.counters = &counters})) {
      findings->push_back(path + " opens although its index is larger than the file");
    }
    if (TakeLargestAllocation() > kAllocationMax) {
      findings->push_back(path + ": what the footer declares was allocated");
    }
  }
}

void CheckCompressed(Findings* findings) {
  for (const Compression codec : {Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    std::string bytes;
    AppendVarint64(&bytes, std::uint64_t{1} << 31);
    bytes += "not that many";
    TakeLargestAllocation();
    if (sst::Decompress(static_cast<std::uint8_t>(codec), bytes, 1 << 20)) {
      findings->push_back("two gigabytes came out of a few bytes");
    }
    if (TakeLargestAllocation() > kAllocationMax) {
      findings->push_back("what a compressed block declares was allocated");
    }
  }
}

// --- the manifest --------------------------------------------------------------------------------

VersionEdit Seal(FileNumber log) {
  VersionEdit edit;
  edit.sealed_logs.push_back({log, 100});
  return edit;
}

class ManifestWorld {
 public:
  ManifestWorld() : disk_(NewMemoryFileSystem()), files_(NewFaultyFileSystem(*disk_)) {
    environment_ = {
        .files = files_.get(), .clock = &clock_, .executor = nullptr, .entropy = SeededEntropy(4)};
    STRATA_CHECK(disk_->CreateDirectories("db").has_value());
    STRATA_CHECK(disk_->SyncDirectory(".").has_value());
    STRATA_CHECK(VersionSet::Create(environment_, "db", {}).has_value());
  }

  Result<std::unique_ptr<VersionSet>> Recover() {
    return VersionSet::Recover(
        environment_, "db",
        [](const TableMeta&) -> Result<std::shared_ptr<const Table>> {
          return Corruption("no tables here");
        },
        counters_);
  }

  // The power goes; the next Recover is of what is left.
  void PowerCut(Random& random) {
    disk_ = disk_->Crash(CrashKind::kNothingUnsynced, random);
    environment_.files = disk_.get();
  }

  FaultyFileSystem& files() { return *files_; }

 private:
  ManualClock clock_;
  Counters counters_;
  std::unique_ptr<MemoryFileSystem> disk_;
  std::unique_ptr<FaultyFileSystem> files_;
  Environment environment_;
};

// The sync of one edit fails; an edit that is accepted after that must not be lost.
std::optional<std::string> GoOnAfter(Fault fault) {
  ManifestWorld world;
  Random random(8);
  bool accepted = false;
  {
    auto set = world.Recover();
    STRATA_CHECK(set.has_value());
    world.files().SetPlan({.fail_at = 0, .fault = fault});
    if ((*set)->LogAndApply(Seal(70), {})) return "an edit whose sync failed was accepted";
    accepted = (*set)->LogAndApply(Seal(71), {}).has_value();
  }
  world.PowerCut(random);
  const auto again = world.Recover();
  if (!again) return "doesn't come back: " + again.error().message();
  for (const SealedLog& log : (*again)->recovered().sealed_logs) {
    if (log.number == 71) accepted = false;
  }
  return accepted ? std::optional("an edit was accepted after an error, and lost") : std::nullopt;
}

}  // namespace

Findings CheckCrashes() {
  return SweepCrashes(SyncMode::kAlways);
}
Findings CheckCrashesWithoutSync() {
  return SweepCrashes(SyncMode::kNone);
}

Findings CheckBlobCrashes() {
  const CrashSweepOptions options{
      .store = TinyBlobStore(SyncMode::kAlways), .seed = 3, .draws = 3, .failures_max = 1};
  return SweepCrashPoints(options, MakeWorkload({.seed = 3, .reopen_every = 20})).failures;
}

// Overwrites three keys so often that whole files are dead when they are flushed.
Status OverwriteAndFlush(StoreWorld& world, History& history, FileSystem*) {
  for (std::uint64_t i = 0; i < 40; ++i) {
    const std::string key = "key" + std::to_string(i % 3);
    STRATA_TRY(world.Write({{key, std::to_string(i) + std::string(300, 'v')}}, &history));
    if (i % 10 == 9) STRATA_TRY(world->Flush());
  }
  return {};
}

// With syncs and without: an unsynced log may hold pointers to what the power cut took.
Findings CheckDirectCrashes() {
  for (const SyncMode sync : {SyncMode::kAlways, SyncMode::kNone}) {
    CrashSweepOptions options{
        .store = TinyDirectStore(sync), .seed = 4, .draws = 3, .failures_max = 1};
    auto report = SweepCrashPoints(options, MakeWorkload({.seed = 4, .reopen_every = 20}));
    if (!report.failures.empty()) return report.failures;
    options.store.blob_file_bytes = 1024;
    options.store.compression = Compression::kNone;
    report = SweepCrashPoints(options, OverwriteAndFlush);
    if (!report.failures.empty()) return report.failures;
  }
  return {};
}

// Overwrites until much is dead, then reads everything.
Findings CheckBlobReads() {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    StoreWorld world(NewMemoryFileSystem(), TinyBlobStore(SyncMode::kNone), seed);
    History history;
    if (Status opened = world.Open(); !opened) return {opened.error().message()};
    const Status done = MakeWorkload({.seed = seed, .writes = 250})(world, history, nullptr);
    if (!done) return {done.error().message()};
    const auto found = world.ReadAll();
    if (!found) return {found.error().message()};
    if (const auto wrong = history.Explain(*found, Promise::kAcknowledged)) return {*wrong};
    if (Status verified = world->VerifyAll(); !verified) return {verified.error().message()};
  }
  return {};
}

Findings CheckSimulation() {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto result = Simulate({.seed = seed});
    if (result.failure) return {*result.failure};
  }
  return {};
}

Findings CheckDamageOfClosedStore() {
  const Specimen specimen = MakeClosedStore();
  const DamagePlan plan{.bit_step = 11, .failures_max = 1};
  Findings findings = Misplace(specimen, plan).failures;
  if (findings.empty()) findings = FlipBits(specimen, plan).failures;
  return findings;
}

Findings CheckDamageOfKilledStore() {
  const Specimen specimen = MakeKilledStore();
  const DamagePlan plan{.bit_step = 5, .only = ".wal", .failures_max = 1};
  Findings findings = Misplace(specimen, plan).failures;
  if (findings.empty()) findings = FlipBits(specimen, plan).failures;
  return findings;
}

Findings CheckFaults() {
  FaultSweepOptions options;
  options.store = TinyStore(SyncMode::kAlways);
  options.shape = {.seed = 31, .writes = 30, .reopen_every = 15};
  options.faults = {Fault::kEio, Fault::kSyncKeepsData, Fault::kSyncRevertsData,
                    Fault::kSyncLosesOnCrash};
  options.failures_max = 1;
  return SweepFaults(options).failures;
}

Findings CheckDropRules() {
  Random random(77);
  TableFactory tables;
  const auto empty = std::make_shared<const Version>();
  const auto with_older = TreeWithOlder(&tables);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<KeyVersion> versions;
    compaction::Snapshots snapshots;
    for (SequenceNumber sequence = 9; sequence > 0; --sequence) {
      if (random.OneIn(2)) {
        versions.push_back({sequence, random.OneIn(2) ? EntryKind::kDelete : EntryKind::kValue});
      }
    }
    for (SequenceNumber at = 0; at <= 9; ++at) {
      if (random.OneIn(4)) snapshots.push_back(at);
    }
    const bool older_below = random.OneIn(2);
    const auto kept = Kept(versions, snapshots, older_below ? with_older : empty);
    compaction::Snapshots readers = snapshots;
    readers.push_back(kSequenceMax);
    for (const SequenceNumber at : readers) {
      const std::string before = SeenAt(versions, at, older_below);
      const std::string after = SeenAt(kept, at, older_below);
      if (before != after) {
        return {"round " + std::to_string(round) + ": a reader at " + std::to_string(at) + " saw " +
                before + " before the compaction and " + after + " after it"};
      }
    }
  }
  return {};
}

Findings CheckReadPoint() {
#if defined(STRATA_MUTANTS)
  StoreWorld world(NewMemoryFileSystem(), TinyStore(SyncMode::kNone), 5);
  STRATA_CHECK(world.Open().has_value());
  STRATA_CHECK(world->Put("key", "0").has_value());
  STRATA_CHECK(world->Flush().has_value());
  const auto overwrite_all = [&] {
    STRATA_CHECK(world->Put("key", "1").has_value());
    STRATA_CHECK(world->CompactRange(std::nullopt, std::nullopt).has_value());
  };
  Findings findings;
  std::string value;
  mutant::SetPause("taking_read_point", overwrite_all);
  const auto found = world->Get("key", &value);
  if (!found || !*found) findings.push_back("a key that was always there wasn't found");
  mutant::SetPause("taking_read_point", overwrite_all);
  const auto all = world.ReadAll();
  if (!all || all->size() != 1) findings.push_back("a scan missed a key that was always there");
  mutant::SetPause("", {});
  return findings;
#else
  return {};
#endif
}

Findings CheckManifestAfterError() {
  Findings findings;
  for (const Fault fault : SyncFaults()) {
    if (auto wrong = GoOnAfter(fault)) findings.push_back(*std::move(wrong));
  }
  return findings;
}

Findings CheckAbsurdLengths() {
  Findings findings;
  CheckBatches(&findings);
  CheckTables(&findings);
  CheckCompressed(&findings);
  return findings;
}

}  // namespace strata::testing
