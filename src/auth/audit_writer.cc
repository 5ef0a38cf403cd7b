#include "auth/audit_writer.h"

#include <utility>

namespace strata::auth {

namespace {

AuditRecord RecordOf(const char* what, const Environment& environment) {
  return {.time_us = environment.clock->WallMicros(), .from = "this machine", .what = what};
}

}  // namespace

AuditWriter::AuditWriter(std::unique_ptr<AuditLog> log, const Environment& environment,
                         std::size_t waiting_max)
    : environment_(environment), waiting_max_(waiting_max), log_(std::move(log)) {
  {
    const MutexLock lock(mutex_);
    waiting_.push_back(RecordOf("start", environment_));
    ++taken_;
  }
  thread_ = environment_.executor->StartThread("strata-audit", [this] { Run(); });
}

AuditWriter::~AuditWriter() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  environment_.executor->Notify(noted_);
  thread_.reset();
}

Status AuditWriter::Note(AuditRecord record) {
  {
    const MutexLock lock(mutex_);
    if (!failure_) {
      return Error(failure_.error().code(),
                   "the audit log can't be written, so nothing is done that belongs into it: " +
                       failure_.error().message());
    }
    if (waiting_.size() >= waiting_max_) {
      return Error(ErrorCode::kBusy, "the audit log is behind: try again");
    }
    waiting_.push_back(std::move(record));
    ++taken_;
  }
  environment_.executor->Notify(noted_);
  return {};
}

Status AuditWriter::Flush() {
  MutexLock lock(mutex_);
  const std::uint64_t until = taken_;
  environment_.executor->WaitOn(
      wrote_, mutex_, [&]() STRATA_REQUIRES(mutex_) { return written_ >= until || !failure_; });
  return failure_;
}

std::uint64_t AuditWriter::written() const {
  const MutexLock lock(mutex_);
  return written_;
}

Status AuditWriter::Write(const std::vector<AuditRecord>& records) {
  for (const AuditRecord& record : records) STRATA_TRY(log_->Append(record));
  return log_->Sync();
}

// If it can't be written, the log ends as after a crash.
void AuditWriter::Stop() {
  (void)Write({RecordOf("stop", environment_)});
}

void AuditWriter::Run() {
  while (true) {
    std::vector<AuditRecord> records;
    {
      MutexLock lock(mutex_);
      environment_.executor->WaitOn(noted_, mutex_, [this]() STRATA_REQUIRES(mutex_) {
        return !waiting_.empty() || stopping_;
      });
      std::swap(records, waiting_);
    }
    if (records.empty()) return Stop();
    const Status written = Write(records);
    {
      const MutexLock lock(mutex_);
      if (written) written_ += records.size();
      if (!written && failure_) failure_ = written;
    }
    environment_.executor->Notify(wrote_);
  }
}

}  // namespace strata::auth
