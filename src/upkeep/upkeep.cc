#include "upkeep/upkeep.h"

#include <utility>

namespace strata {
namespace {

// Writers are refused meanwhile.
constexpr std::uint64_t kFlushRetryMicrosMax = 5'000'000;

}  // namespace

//| Upkeep::Upkeep(const UpkeepParts& parts)  //@L12..16
Upkeep::Upkeep(const UpkeepParts& parts, const MemTableSwitch& switches)  //@L17
    : parts_(parts),
      failures_(parts.context, parts.health, parts.jobs, [this] { Look(); }),
      flush_failures_(
          parts.context, parts.health, parts.jobs, [this] { Look(); }, kFlushRetryMicrosMax),
      flusher_(parts, flush_failures_, [this] { Look(); }),
      collector_(parts, failures_, [this] { Look(); }),                     //@L19
      deadlines_(parts, compactor_, switches.if_idle, [this] { Look(); }),  //@L17
      rest_(parts, compactor_, switches.soon, [this] { Look(); }),          //@L20
      memory_share_(parts, switches.soon),                                  //@L20
      compactor_(parts, failures_, [this] { Look(); }) {}

void Upkeep::Look() {
  AdjustCache();
  if (parts_.health.closed() || parts_.health.closing() || parts_.health.failed()) return;
  flusher_.Start();
  if (failures_.passing()) return;
  collector_.Start();  //@L19
  //| compactor_.Start();  //@L12..19
  compactor_.Start(rest_.IsAtRest());                  //@L20
  if (!flush_failures_.passing()) deadlines_.Start();  //@L17
  rest_.Start();                                       //@L20
}

void Upkeep::AddTo(WritePressure* pressure) const {
  pressure->debt_bytes = compactor_.debt().bytes;
  pressure->debt_runs = compactor_.debt().runs;
  //@L19{
  pressure->blob_bytes_over = collector_.bytes_over();
  pressure->blob_file_bytes = parts_.context.options.blob_file_bytes;
  //@}
  pressure->memory_over = memory_share_.over();  //@L20
}

//@L17{
void Upkeep::OnWritten(const Tree& tree) {
  memory_share_.OnWritten();  //@L20
  rest_.OnWritten(tree);      //@L20
  deadlines_.OnWritten(tree);
}

//@}
Status Upkeep::AwaitFlush(FileNumber before) {
  StoreContext& context = parts_.context;
  context.mutex.AssertHeld();
  context.environment.executor->WaitOn(context.memtables_written, context.mutex, [&] {
    return parts_.versions.set().oldest_log() >= before || parts_.trees.full().empty() ||
           parts_.health.failed() || flush_failures_.last();
  });
  if (parts_.health.failed()) return parts_.health.CheckWritable();
  if (parts_.versions.set().oldest_log() >= before || !flush_failures_.last()) return {};
  return *flush_failures_.last();
}

Status Upkeep::AwaitIdle() {
  StoreContext& context = parts_.context;
  context.mutex.AssertHeld();
  rest_.Begin();  //@L20
  Look();
  context.environment.executor->WaitOn(context.job_ended, context.mutex, [&] {
    const bool failed = parts_.health.failed();
    if (collector_.running() && !failed) return false;  //@L19
    const bool flushed = parts_.trees.full().empty() || flush_failures_.passing();
    return failed || (flushed && compactor_.idle());
  });
  if (passing_failure()) return *passing_failure();
  return parts_.health.CheckWritable();
}

// The memory budget: memtables and what open tables keep in memory come first, the cache gets the
// rest.
void Upkeep::AdjustCache() {
  if (parts_.context.shared != nullptr) return memory_share_.Report();  //@L20
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
