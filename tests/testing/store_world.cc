#include "testing/store_world.h"

#include "base/check.h"
#include "testing/sealed_store.h"

namespace strata::testing {

StoreWorld::StoreWorld(std::unique_ptr<MemoryFileSystem> disk, const Options& options,
                       std::uint64_t seed)
    : options_(options), disk_(std::move(disk)), executor_(NewSimExecutor(seed, clock_)) {
  environment_ = {.files = disk_.get(),
                  .clock = &clock_,
                  .executor = executor_.get(),
                  .entropy = SeededEntropy(seed)};
  options_.environment = &environment_;
  SealIfAsked(*disk_, &options_);
}

StoreWorld::~StoreWorld() = default;

Status StoreWorld::Open(FileSystem* through) {
  STRATA_CHECK(db_ == nullptr);
  environment_.files = through != nullptr ? through : disk_.get();
  STRATA_TRY_ASSIGN(db_, DB::Open(options_, kDirectory));
  return {};
}

Status StoreWorld::Close() {
  Status closed = db_->Close();
  db_.reset();
  return closed;
}

void StoreWorld::Kill() {
  auto survivor = disk_->Clone();
  db_.reset();  // Whatever it still writes goes to the disk that is thrown away.
  disk_ = std::move(survivor);
}

void StoreWorld::PowerCut(CrashKind kind, Random& random) {
  auto survivor = disk_->Crash(kind, random);
  db_.reset();
  disk_ = std::move(survivor);
}

Status StoreWorld::Write(Changes changes, History* history, const WriteOptions& options) {
  const bool durable = options.sync.value_or(options_.sync == SyncMode::kAlways);
  const WriteBatch batch = BatchOf(changes);
  if (history->unknown() > 0) {
    // A write failed before. None may succeed any more, so there is nothing to enter.
    Status late = db_->Write(batch, options);
    STRATA_TRY(std::move(late));
    return Error(ErrorCode::kAborted, "a write was acknowledged after one had failed");
  }
  history->Issue(std::move(changes));
  Status written = db_->Write(batch, options);
  if (written) history->Acknowledge(durable);
  // A store that isn't read-only after it has written nothing of the batch.
  if (!written && db_->Stats().read_only_cause.empty()) history->Refuse();
  return written;
}

Status StoreWorld::Sync(History* history) {
  STRATA_TRY(db_->Sync());
  history->MarkDurable();
  return {};
}

Result<Model> StoreWorld::ReadAll() {
  return testing::ReadAll(*db_);
}

Result<Model> ReadAll(DB& db) {
  Model found;
  const auto read = [&](const ReadOptions& options, const std::string& prefix) -> Status {
    STRATA_TRY_ASSIGN(const auto iterator, db.NewIterator(options));
    for (Status moved = iterator->SeekToFirst();; moved = iterator->Next()) {
      STRATA_TRY(moved);
      if (!iterator->Valid()) return {};
      found.emplace(prefix + std::string(iterator->key()), iterator->value());
    }
  };
  STRATA_TRY(read({}, ""));
  for (const TableInfo& table : db.ListTables()) {
    if (table.ref != kDefaultTable) STRATA_TRY(read({.table = table.ref}, table.name + "/"));
  }
  return found;
}

std::vector<std::string> FilesOf(MemoryFileSystem& disk) {
  std::vector<std::string> paths;
  const auto names = disk.List(StoreWorld::kDirectory);
  if (!names) return paths;
  for (const std::string& name : *names) paths.push_back(JoinPath(StoreWorld::kDirectory, name));
  return paths;
}

}  // namespace strata::testing
