// Writes full memtables out as tables, the oldest first, so that logs can go and writers have room.
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
  // `look_again`, with the mutex held, begins what is due.
  Flusher(const UpkeepParts& parts, std::function<void()> look_again)
      : parts_(parts), look_again_(std::move(look_again)) {}

  // Begins a flush if one is due and none runs.
  void Start();

 private:
  Step Run();
  Status FlushOldest();
  Status WriteAll(const Immutable& full, VersionEdit* edit,
                  std::vector<std::shared_ptr<const Table>>* opened);

  const UpkeepParts parts_;
  const std::function<void()> look_again_;
  bool running_ = false;
};

}  // namespace strata
