#include "upkeep/upkeep.h"

#include <utility>

namespace strata {

//| Upkeep::Upkeep(const UpkeepParts& parts)  //@L12..16
Upkeep::Upkeep(const UpkeepParts& parts, const MemTableSwitch& switches)  //@L17
    : parts_(parts),
      failures_(parts.context, parts.health, parts.jobs, [this] { Look(); }),
      flusher_(parts, [this] { Look(); }),
      collector_(parts, failures_, [this] { Look(); }),                     //@L19
      deadlines_(parts, compactor_, switches.if_idle, [this] { Look(); }),  //@L17
      rest_(parts, compactor_, switches.soon, [this] { Look(); }),          //@L20
      compactor_(parts, failures_, [this] { Look(); }) {}

void Upkeep::Look() {
  AdjustCache();
  if (parts_.health.closed() || parts_.health.closing() || parts_.health.failed()) return;
  flusher_.Start();
  if (failures_.passing()) return;
  collector_.Start();  //@L19
  //| compactor_.Start();  //@L12..19
  compactor_.Start(rest_.IsAtRest());  //@L20
  deadlines_.Start();                  //@L17
  rest_.Start();                       //@L20
}

void Upkeep::AddTo(WritePressure* pressure) const {
  pressure->debt_bytes = compactor_.debt().bytes;
  pressure->debt_runs = compactor_.debt().runs;
  //@L19{
  pressure->blob_bytes_over = collector_.bytes_over();
  pressure->blob_file_bytes = parts_.context.options.blob_file_bytes;
  //@}
}

//@L17{
void Upkeep::OnWritten(const Tree& tree) {
  rest_.OnWritten(tree);  //@L20
  deadlines_.OnWritten(tree);
}

//@}
Status Upkeep::AwaitFlush(FileNumber before) {
  StoreContext& context = parts_.context;
  context.mutex.AssertHeld();
  context.environment.executor->WaitOn(context.memtables_written, context.mutex, [&] {
    return parts_.versions.set().oldest_log() >= before || parts_.trees.full().empty() ||
           parts_.health.failed();
  });
  return parts_.health.failed() ? parts_.health.CheckWritable() : Status();
}

Status Upkeep::AwaitIdle() {
  StoreContext& context = parts_.context;
  context.mutex.AssertHeld();
  rest_.Begin();  //@L20
  Look();
  context.environment.executor->WaitOn(context.job_ended, context.mutex, [&] {
    const bool failed = parts_.health.failed();
    if (collector_.running() && !failed) return false;  //@L19
    return failed || (parts_.trees.full().empty() && compactor_.idle());
  });
  if (failures_.passing()) return *failures_.passing();
  return parts_.health.CheckWritable();
}

// The memory budget: memtables and what open tables keep in memory come first, the cache gets the
// rest.
void Upkeep::AdjustCache() {
  const Options& options = parts_.context.options;
  const std::uint64_t budget = options.memory_budget_bytes;
  if (budget == 0) return;
  std::uint64_t used = options.memtable_bytes * static_cast<std::uint64_t>(options.memtables_max);
  for (const auto& tree : parts_.trees.All()) {
    for (const Run& run : tree->version->runs()) {
      for (const auto& table : run.tables) used += table->reader().memory_bytes();
    }
  }
  parts_.context.cache->SetCapacity(budget > used ? budget - used : 0);
}

}  // namespace strata
