// Writes what clients ask for, in one thread: it takes all requests that wait, carries them out
// one after the other on a draft, and writes that as one batch; while the disk is busy with it, the
// next ones gather. So loops never wait for a disk, fifty clients that add to one counter need no
// second try, and a reply leaves when all that it tells is as durable as the store promises.
//
// Thread safety: any thread may call Submit.

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "io/environment.h"
#include "io/logger.h"
#include "io/mutex.h"
#include "io/wait_point.h"
#include "server/draft.h"
#include "server/server_stats.h"
#include "server/work.h"
#include "strata/db.h"

namespace strata::server {

class Committer {
 public:
  // All borrowed. It has a thread of its own from now on.
  Committer(DB& db, const Environment& environment, ServerStats& stats, OnWritten on_written = {},
            Logger* logger = nullptr);
  // REQUIRES: nothing is submitted any more, and all that was came back.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // Each comes back to its home when it is done. `*works` is empty then.
  void Submit(std::vector<std::unique_ptr<Work>>* works);

 private:
  void Run();
  bool TakeNext(std::vector<std::unique_ptr<Work>>* works);
  // Those from the front that make a batch; how many.
  std::size_t CommitSome(std::span<std::unique_ptr<Work>> works);

  DB& db_;
  const Environment environment_;
  ServerStats& stats_;
  Logger* const logger_;  // May be null.
  Draft draft_;
  std::vector<Draft::Place> places_;  // Where the works of a batch ended.
  Mutex mutex_;
  WaitPoint submitted_;
  std::vector<std::unique_ptr<Work>> waiting_ STRATA_GUARDED_BY(mutex_);
  bool stopping_ STRATA_GUARDED_BY(mutex_) = false;
  std::unique_ptr<RunningThread> thread_;
};

}  // namespace strata::server
