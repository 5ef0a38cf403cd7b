#include "server/committer.h"

#include <utility>

#include "base/check.h"
#include "server/mailbox.h"
#include "server/read_only.h"

namespace strata::server {
namespace {

constexpr std::size_t kBatchBytes = 4 << 20;  // A batch takes no more requests from here on.

}  // namespace

Committer::Committer(DB& db, const Environment& environment, ServerStats& stats,
                     OnWritten on_written, Logger* logger)
    : db_(db),
      environment_(environment),
      stats_(stats),
      logger_(logger),
      draft_(db, 0, std::move(on_written)) {
  thread_ = environment_.executor->StartThread("strata-commit", [this] { Run(); });
}

Committer::~Committer() {
  {
    const MutexLock lock(mutex_);
    STRATA_CHECK(waiting_.empty());
    stopping_ = true;
  }
  environment_.executor->Notify(submitted_);
  thread_.reset();
}

void Committer::Submit(std::vector<std::unique_ptr<Work>>* works) {
  bool idle = false;
  {
    const MutexLock lock(mutex_);
    idle = waiting_.empty();
    for (auto& work : *works) waiting_.push_back(std::move(work));
  }
  works->clear();
  if (idle) environment_.executor->Notify(submitted_);
}

void Committer::Run() {
  std::vector<std::unique_ptr<Work>> works;
  while (TakeNext(&works)) {
    for (std::size_t done = 0; done < works.size();) {
      done += CommitSome(std::span(works).subspan(done));
    }
    works.clear();
  }
}

// False when it is to end.
bool Committer::TakeNext(std::vector<std::unique_ptr<Work>>* works) {
  MutexLock lock(mutex_);
  environment_.executor->WaitOn(
      submitted_, mutex_, [&]() STRATA_REQUIRES(mutex_) { return !waiting_.empty() || stopping_; });
  std::swap(*works, waiting_);
  return !works->empty();
}

// One batch for all of them. If it can't be written, nothing of it has happened, and each is told
// why in the place of what it would have been told.
std::size_t Committer::CommitSome(std::span<std::unique_ptr<Work>> works) {
  draft_.BeginAnew(environment_.clock->WallMicros());
  std::size_t count = 0;
  places_.clear();
  while (count < works.size() && draft_.bytes() < kBatchBytes) {
    works[count++]->Run(draft_);
    places_.push_back(draft_.place());
  }
  const auto batch = works.first(count);
  if (const Status written = draft_.Commit(); !written) {
    stats_.failed_commits.fetch_add(1, std::memory_order_relaxed);
    if (logger_ != nullptr) {
      logger_->Log(LogLevel::kError, "commit failed",
                   {{"requests", batch.size()}, {"cause", written.error().message()}});
    }
    ReadOnly refusing(db_, draft_.now_us(), ReadOnly::MayWait::kYes);
    refusing.Refuse(written.error());
    for (auto& work : batch) work->Run(refusing);
  } else {
    for (std::size_t i = 0; i < count; ++i) batch[i]->OnCommitted(draft_.VersionAt(places_[i]));
  }
  stats_.commits.fetch_add(1, std::memory_order_relaxed);
  for (auto& work : batch) {
    Mailbox* const home = work->home;
    home->Put(std::move(work));
  }
  return count;
}

}  // namespace strata::server
