#include "server/reader_pool.h"

#include <utility>

#include "base/check.h"
#include "server/mailbox.h"
#include "server/read_only.h"

namespace strata::server {

ReaderPool::ReaderPool(DB& db, const Environment& environment, int threads)
    : db_(db), environment_(environment) {
  for (int i = 0; i < threads; ++i) {
    threads_.push_back(
        environment_.executor->StartThread("strata-read" + std::to_string(i), [this] { Run(); }));
  }
}

ReaderPool::~ReaderPool() {
  {
    const MutexLock lock(mutex_);
    STRATA_CHECK(waiting_.empty());
    stopping_ = true;
  }
  environment_.executor->Notify(submitted_);
  threads_.clear();
}

void ReaderPool::Submit(std::unique_ptr<Work> work) {
  {
    const MutexLock lock(mutex_);
    waiting_.push_back(std::move(work));
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
  environment_.executor->WaitOn(
      submitted_, mutex_, [&]() STRATA_REQUIRES(mutex_) { return !waiting_.empty() || stopping_; });
  if (waiting_.empty()) return nullptr;
  std::unique_ptr<Work> next = std::move(waiting_.front());
  waiting_.pop_front();
  return next;
}

}  // namespace strata::server
