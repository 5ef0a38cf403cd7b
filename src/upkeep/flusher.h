// Writes full memtables out as tables, the oldest first, so that logs can go and writers have room.
// While there is no space, or no descriptor, for tables or for the edit that names them, it tries
// again: nothing is lost, as logs hold the same. Any other error is final.
//
// Thread safety: the store's mutex is held in every call.

#pragma once

#include <functional>

#include "journal/journal.h"
#include "read/reader.h"
#include "state/health.h"
#include "state/store_context.h"
#include "state/tree_set.h"
#include "state/versions.h"
#include "upkeep/failures.h"
#include "upkeep/flush_writer.h"
#include "upkeep/jobs.h"

namespace strata {

// The parts of a store that its background work works on.
struct UpkeepParts {
  StoreContext& context;
  Health& health;
  Reader& reader;
  TreeSet& trees;
  TableFiles& files;
  Versions& versions;
  Journal& journal;
  FlushWriter& writer;
  Jobs& jobs;
};

class Flusher {
 public:
  // `look_again`, with the mutex held, begins what is due; it is called when a flush has failed,
  // too. `failures`, its own, has it called when a flush is to be tried again.
  Flusher(const UpkeepParts& parts, Failures& failures, std::function<void()> look_again)
      : parts_(parts), failures_(failures), look_again_(std::move(look_again)) {}

  // Begins a flush if one is due, none runs, and the last one may be tried again by now.
  // REQUIRES: the store hasn't failed.
  void Start();

 private:
  Step Run();
  Status FlushOldest();
  Status WriteAll(const Immutable& full, VersionEdit* edit,
                  std::vector<std::shared_ptr<const Table>>* opened);
  Status WriteEach(const Immutable& full, VersionEdit* edit,
                   std::vector<std::shared_ptr<const Table>>* opened);
  Status SyncNames();

  const UpkeepParts parts_;
  Failures& failures_;
  const std::function<void()> look_again_;
  bool running_ = false;
};

}  // namespace strata
