#include "server/reader_pool.h"

#include <utility>

#include "base/check.h"
#include "server/mailbox.h"
#include "server/read_only.h"

namespace strata::server {

ReaderPool::ReaderPool(DB& db, const Environment& environment, int threads_max)
    : db_(db), environment_(environment), threads_max_(static_cast<std::size_t>(threads_max)) {}

ReaderPool::~ReaderPool() {
  std::vector<std::unique_ptr<RunningThread>> threads;
  {
    const MutexLock lock(mutex_);
    STRATA_CHECK(waiting_.empty());
    stopping_ = true;
    threads.swap(threads_);
  }
  environment_.executor->Notify(submitted_);
}

void ReaderPool::Submit(std::unique_ptr<Work> work) {
  {
    const MutexLock lock(mutex_);
    STRATA_CHECK(threads_max_ > 0);
    waiting_.push_back(std::move(work));
    if (waiting_.size() > idle_ && threads_.size() < threads_max_) {
      threads_.push_back(environment_.executor->StartThread(
          "strata-read" + std::to_string(threads_.size()), [this] { Run(); }));
    }
  }
  environment_.executor->Notify(submitted_);
}

void ReaderPool::Run() {
  while (std::unique_ptr<Work> work = TakeNext()) {
    ReadOnly keyspace(db_, environment_.clock->WallMicros(), ReadOnly::MayWait::kYes);
    work->Run(keyspace);
    Mailbox* const home = work->home;
    home->Put(std::move(work));
  }
}

// Null when it is to end.
std::unique_ptr<Work> ReaderPool::TakeNext() {
  MutexLock lock(mutex_);
  ++idle_;
  environment_.executor->WaitOn(
      submitted_, mutex_, [&]() STRATA_REQUIRES(mutex_) { return !waiting_.empty() || stopping_; });
  --idle_;
  if (waiting_.empty()) return nullptr;
  std::unique_ptr<Work> next = std::move(waiting_.front());
  waiting_.pop_front();
  return next;
}

}  // namespace strata::server
