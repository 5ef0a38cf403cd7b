// Tells the memory budget that stores share what this one takes, and has its memtables switched
// when it is the one to give way. In a store that shares nothing it does nothing.
//
// Known limit: values written directly count with a quarter of their bytes, as for
// Options::memtable_bytes, though they are in files.
// Thread safety: the store's mutex is held in every call.

#pragma once

#include <functional>
#include <memory>

#include "state/memory_budget.h"
#include "upkeep/flusher.h"

namespace strata {

class MemoryShare {
 public:
  // `switch_memtables`, soon, has the mutex held.
  MemoryShare(const UpkeepParts& parts, std::function<void()> switch_memtables);

  // Memtables were switched or written out, or tables have come or gone.
  void Report();
  // The memtables have got entries.
  void OnWritten() {
    if (member_ != nullptr) ReportFilling();
  }
  // As MemoryBudget::over.
  double over() const { return budget_ == nullptr ? 0 : budget_->over(); }

 private:
  void ReportFilling();
  void GiveWay();

  const UpkeepParts parts_;
  const std::function<void()> switch_memtables_;
  MemoryBudget* const budget_;  // Null: nothing is shared.
  MemoryUse use_;
  // Last: nobody asks this to give way while the rest comes or goes.
  const std::unique_ptr<MemoryBudget::Member> member_;
};

}  // namespace strata
