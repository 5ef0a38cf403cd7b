// Entries that another log keeps, on their way into a replicated table: they go through the commit
// queue, and so get sequences, conditions and memtables as all others do, but no record. See
// docs/adr/0023-entries-that-another-log-keeps.md.
//
// Thread safety: pure functions, but as said.

#pragma once

#include <memory>

#include "base/result.h"
#include "state/store_context.h"
#include "state/tree.h"
#include "strata/write_batch.h"

namespace strata {

// Success when every replica would do the same with the batch. Errors: kInvalidArgument for entries
// or conditions of other tables, or conditions on versions, which each store counts by itself.
Status CheckAppliedBatch(const WriteBatch& batch, TableRef table);

Error NotReplicated(const Tree& tree);  // For those who apply to it.
Error OnlyByApply(const Tree& tree);    // For those who write to a replicated table.

// An entry's turn at its table, from Begin on. The context must outlive it.
class Applying {
 public:
  // REQUIRES: the store's mutex is held. Errors: as DB::Apply.
  static Result<std::unique_ptr<Applying>> Begin(StoreContext& context, std::shared_ptr<Tree> tree,
                                                 const Applied& at);
  struct Private {
    explicit Private() = default;
  };
  // Begin makes these.
  Applying(Private, StoreContext& context, std::shared_ptr<Tree> tree, const Applied& at);
  ~Applying();  // Takes the mutex.
  Applying(const Applying&) = delete;
  Applying& operator=(const Applying&) = delete;

  const Tree& tree() const { return *tree_; }
  bool repeated() const { return repeated_; }  // It has been applied before.
  // The entry, with the clock that it is judged by: time never goes back in a table.
  const Applied& at() const { return at_; }

 private:
  StoreContext& context_;
  const std::shared_ptr<Tree> tree_;
  Applied at_;
  bool repeated_ = false;
};

}  // namespace strata
