// Threads that carry out requests which only read, where a loop would have to wait for the disk.
//
// Thread safety: any thread may call Submit.

#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "io/environment.h"
#include "io/mutex.h"
#include "io/wait_point.h"
#include "server/work.h"
#include "strata/db.h"

namespace strata::server {

class ReaderPool {
 public:
  // All borrowed. Threads are started when there is something for them, `threads_max` at most.
  ReaderPool(DB& db, const Environment& environment, int threads_max);
  // REQUIRES: nothing is submitted any more, and all that was came back.
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  // It comes back to its home when it is done.
  void Submit(std::unique_ptr<Work> work);

 private:
  void Run();
  std::unique_ptr<Work> TakeNext();

  DB& db_;
  const Environment environment_;
  const std::size_t threads_max_;
  Mutex mutex_;
  WaitPoint submitted_;
  std::deque<std::unique_ptr<Work>> waiting_ STRATA_GUARDED_BY(mutex_);
  std::size_t idle_ STRATA_GUARDED_BY(mutex_) = 0;
  bool stopping_ STRATA_GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<RunningThread>> threads_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata::server
