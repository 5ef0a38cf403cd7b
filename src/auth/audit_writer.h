// Takes records from any thread and writes them to an AuditLog in a thread of its own, so that no
// loop waits for the disk. What is on the way is bounded, and nothing is dropped silently: who
// can't leave a record is told, and what it was about isn't done.
//
// The first record of each run says "start", the last one "stop": that one is made when all others
// are on the disk, so after it none of them can be passed off as lost by a crash.
//
// Thread safety: any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "auth/audit_log.h"
#include "io/environment.h"
#include "io/mutex.h"
#include "io/wait_point.h"

namespace strata::auth {

// Where decisions are noted.
class AuditSink {
 public:
  AuditSink() = default;
  AuditSink(const AuditSink&) = delete;
  AuditSink& operator=(const AuditSink&) = delete;
  virtual ~AuditSink() = default;

  // Errors: the record isn't taken, so nothing that needs one may happen: kBusy, or why the log
  // can't be written.
  virtual Status Note(AuditRecord record) = 0;
};

class AuditWriter final : public AuditSink {
 public:
  // `environment` is borrowed. `waiting_max`: records that aren't written yet.
  AuditWriter(std::unique_ptr<AuditLog> log, const Environment& environment,
              std::size_t waiting_max = 10'000);
  ~AuditWriter() override;  // What was noted is written before.

  Status Note(AuditRecord record) override;
  // Returns when all that was noted is on the disk. Errors: why it isn't.
  Status Flush();
  std::uint64_t written() const;

 private:
  void Run();
  Status Write(const std::vector<AuditRecord>& records);
  void Stop();

  const Environment& environment_;
  const std::size_t waiting_max_;
  const std::unique_ptr<AuditLog> log_;  // The thread's.
  mutable Mutex mutex_;
  WaitPoint noted_;
  WaitPoint wrote_;
  std::vector<AuditRecord> waiting_ STRATA_GUARDED_BY(mutex_);
  std::uint64_t taken_ STRATA_GUARDED_BY(mutex_) = 0;
  std::uint64_t written_ STRATA_GUARDED_BY(mutex_) = 0;
  Status failure_ STRATA_GUARDED_BY(mutex_);
  bool stopping_ STRATA_GUARDED_BY(mutex_) = false;
  std::unique_ptr<RunningThread> thread_;
};

}  // namespace strata::auth
