// The work that writers don't wait for. Each kind is a class of its own; one asks them all what is
// due whenever something has changed.
//
//   flusher.h    full memtables become tables       compactor.h  tables are merged
//   collector.h  space of dead values comes back
//   deadlines.h  what time makes due
//   rest.h       what makes reads cheaper
//   memory_share.h  memory that stores share
//   jobs.h       runs steps, rings timers           failures.h   what is tried again
//
// Thread safety: the store's mutex is held in every call, but as said.

#pragma once

#include <functional>
#include <memory>

#include "commit/background_work.h"
#include "upkeep/collector.h"
#include "upkeep/compactor.h"
#include "upkeep/deadlines.h"
#include "upkeep/failures.h"
#include "upkeep/flusher.h"
#include "upkeep/jobs.h"
#include "upkeep/memory_share.h"
#include "upkeep/rest.h"

namespace strata {

// How upkeep has memtables switched: it knows nothing of those who wait to write.
struct MemTableSwitch {
  std::function<void()> if_idle;  // Now, unless somebody is about to write.
  std::function<void()> soon;     // Now, or by the next writer.
};

class Upkeep final : public BackgroundWork {
 public:
  Upkeep(const UpkeepParts& parts, const MemTableSwitch& switches);

  // Begins what is due. Whoever changes what that depends on calls it.
  void Look();

  // --- BackgroundWork ---
  void AddTo(WritePressure* pressure) const override;
  FlushTrouble flush_trouble() const override {
    const auto& error = flush_failures_.last();
    return {.error = error ? &*error : nullptr, .tried_again = flush_failures_.tries() > 1};
  }
  void OnSwitched() override { Look(); }
  void After(std::uint64_t delay_us, std::function<void()> task) override {
    parts_.jobs.After(delay_us, std::move(task));
  }
  void OnWritten(const Tree& tree) override;
  void Schedule(Priority priority, std::function<Step()> step) override {
    parts_.jobs.Run(priority, std::move(step));
  }
  void AwaitSpace() override { collector_.AwaitSpace(); }

  // --- for callers of the store ---
  // Until log `before` isn't needed, as its memtables are in tables. Gives the mutex away.
  Status AwaitFlush(FileNumber before);
  Status CompactRange(const std::shared_ptr<Tree>& tree, const compaction::KeyRange& range) {
    return compactor_.CompactRange(tree, range);
  }
  // Writes the tables and blobs of `files` anew. Gives the mutex away.
  Status Rewrite(const compaction::FileNumbers& files);
  // Until nothing is due that doesn't wait for time to pass. Gives the mutex away.
  Status AwaitIdle();
  // Some read passed over many deletes. Called by any thread, without the mutex.
  void OnManyHidden(TableRef table) { rest_.OnManyHidden(table); }

  const compaction::Debt& debt() const { return compactor_.debt(); }
  // Why flushes, or merges, wait and are tried again soon, if they do.
  const std::optional<Error>& passing_failure() const {
    return flush_failures_.last() ? flush_failures_.last() : failures_.passing();
  }

 private:
  void AdjustCache();

  const UpkeepParts parts_;
  Failures failures_;
  Failures flush_failures_;  // Of flushes, which don't wait for what merges wait for.
  Flusher flusher_;
  Collector collector_;
  Deadlines deadlines_;
  Rest rest_;
  MemoryShare memory_share_;
  Compactor compactor_;
};

}  // namespace strata
