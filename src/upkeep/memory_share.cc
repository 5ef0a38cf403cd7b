#include "upkeep/memory_share.h"

#include <utility>

#include "state/shared_parts.h"

namespace strata {
namespace {

MemoryBudget* BudgetOf(const StoreContext& context) {
  return context.shared == nullptr ? nullptr : &context.shared->parts().memory;
}

}  // namespace

MemoryShare::MemoryShare(const UpkeepParts& parts, std::function<void()> switch_memtables)
    : parts_(parts),
      switch_memtables_(std::move(switch_memtables)),
      budget_(BudgetOf(parts.context)),
      member_(budget_ == nullptr ? nullptr : budget_->Join([this] { GiveWay(); })) {}

void MemoryShare::Report() {
  if (budget_ == nullptr || budget_->bytes() == 0) return;
  use_.full = 0;
  for (const Immutable& full : parts_.trees.full()) {
    for (const auto& [tree, memtable] : full.memtables) use_.full += memtable->bytes_used();
  }
  use_.tables = 0;
  for (const auto& tree : parts_.trees.All()) {
    for (const Run& run : tree->version->runs()) {
      for (const auto& table : run.tables) use_.tables += table->reader().memory_bytes();
    }
  }
  ReportFilling();
}

void MemoryShare::ReportFilling() {
  use_.filling = parts_.trees.MemTableBytes();
  member_->Report(use_);
}

// Another store's mutex is held, so this one's is taken later.
void MemoryShare::GiveWay() {
  parts_.jobs.Soon([this] {
    MutexLock lock(parts_.context.mutex);
    if (!parts_.health.closing() && parts_.health.CheckWritable()) switch_memtables_();
  });
}

}  // namespace strata
