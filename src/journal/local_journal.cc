#include "journal/local_journal.h"

#include <cstdint>
#include <utility>

#include "base/mutant.h"
#include "io/os_error.h"

namespace strata {
namespace {

// Space is reserved ahead in steps of this size, so that a sync seldom has to write metadata.
constexpr std::uint64_t kLogPreallocateBytes = 1ULL << 20;

Status Start(FileSystem& files, const std::string& directory, wal::LogWriter& writer) {
  STRATA_TRY(writer.Start());
  if (STRATA_MUTANT(skip_dir_fsync_new_wal)) return {};
  return AsFinal(files.SyncDirectory(directory));
}

// What there is no room to say the manifest says, and the log is as whole without it.
Status EndOrSync(wal::LogWriter& writer) {
  Status ended = writer.End();
  if (ended || ended.error().code() != ErrorCode::kNoSpace) return ended;
  return writer.Sync();
}

}  // namespace

Result<LocalJournal::Log> LocalJournal::Create(FileNumber number) {
  FileSystem& files = *environment_.files;
  Log log;
  log.number = number;
  const std::string path = JoinPath(directory_, LogFileName(number));
  STRATA_TRY_ASSIGN(
      log.file, files.Create(path, {.preallocate_bytes = kLogPreallocateBytes, .mapped = true}));
  // The id tells its records from those of any other log.
  log.writer = std::make_unique<wal::LogWriter>(*log.file, environment_.entropy(), &counters_);
  Status started = Start(files, directory_, *log.writer);
  if (started) return log;
  log = {};
  (void)files.Remove(path).has_value();
  return std::move(started).error();
}

Status LocalJournal::Begin(FileNumber number, std::shared_ptr<DirectValues> direct) {
  STRATA_TRY_ASSIGN(Log log, Create(number));
  log.direct = std::move(direct);
  std::swap(log, log_);
  if (log.writer == nullptr) return {};
  MutexLock lock(mutex_);
  retired_.push_back(std::move(log));
  has_retired_ = true;
  return {};
}

Status LocalJournal::Append(SequenceNumber first, std::span<const std::string_view> parts) {
  return log_.writer->Append(wal::RecordType::kBatch, first, parts);
}

Status LocalJournal::Sync() {
  if (!STRATA_MUTANT(log_before_values)) STRATA_TRY(log_.direct->Sync());
  const std::uint64_t start = environment_.clock->NowNanos();
  Status synced = log_.writer->Sync();
  last_sync_nanos_ = environment_.clock->NowNanos() - start;
  sync_nanos_.Record(last_sync_nanos_);
  return synced;
}

Status LocalJournal::End() {
  STRATA_TRY(log_.direct->Sync());
  STRATA_TRY(log_.writer->End());
  return log_.file->Close();
}

Result<std::vector<SealedLog>> LocalJournal::SealRetired() {
  STRATA_TRY(seal_error_);
  std::vector<SealedLog> sealed;
  Log log;
  while (PopRetired(UINT64_MAX, &log)) {
    seal_error_ = EndRetired(log);
    if (!seal_error_) {
      TakeBack(std::move(log));
      return seal_error_.error();
    }
    sealed.push_back({log.number, log.writer->size()});
  }
  return sealed;
}

void LocalJournal::TakeBack(Log log) {
  MutexLock lock(mutex_);
  retired_.push_front(std::move(log));
  has_retired_ = true;
}

Status LocalJournal::EndRetired(Log& log) {
  if (!STRATA_MUTANT(log_before_values)) STRATA_TRY(log.direct->Sync());
  if (!STRATA_MUTANT(old_wal_not_synced_on_rotate)) STRATA_TRY(EndOrSync(*log.writer));
  return AsFinal(log.file->Close());
}

// The oldest one, if it is before `before`.
bool LocalJournal::PopRetired(FileNumber before, Log* log) {
  MutexLock lock(mutex_);
  if (retired_.empty() || retired_.front().number >= before) return false;
  *log = std::move(retired_.front());
  retired_.pop_front();
  has_retired_ = !retired_.empty();
  return true;
}

void LocalJournal::Release(FileNumber oldest) {
  Log log;
  while (PopRetired(oldest, &log)) log = {};  // Closed, not synced: nobody needs it.
  const auto names = environment_.files->List(directory_);
  if (!names) return;
  for (const std::string& name : *names) {
    const auto parsed = ParseFileName(name);
    if (parsed && parsed->kind == FileKind::kLog && parsed->number < oldest) {
      (void)environment_.files->Remove(JoinPath(directory_, name)).has_value();
    }
  }
}
}  // namespace strata
