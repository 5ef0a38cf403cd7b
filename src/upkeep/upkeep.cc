#include "upkeep/upkeep.h"

#include <utility>

namespace strata {
namespace {

// Writers are refused meanwhile.
constexpr std::uint64_t kFlushRetryMicrosMax = 5'000'000;

}  // namespace

Upkeep::Upkeep(const UpkeepParts& parts, const MemTableSwitch& switches)
    : parts_(parts),
      failures_(parts.context, parts.health, parts.jobs, [this] { Look(); }),
      flush_failures_(
          parts.context, parts.health, parts.jobs, [this] { Look(); }, kFlushRetryMicrosMax),
      flusher_(parts, flush_failures_, [this] { Look(); }),
      collector_(parts, failures_, [this] { Look(); }),
      deadlines_(parts, compactor_, switches.if_idle, [this] { Look(); }),
      rest_(parts, compactor_, switches.soon, [this] { Look(); }),
      memory_share_(parts, switches.soon),
      compactor_(parts, failures_, [this] { Look(); }) {}

void Upkeep::Look() {
  AdjustCache();
  if (parts_.health.closed() || parts_.health.closing() || parts_.health.failed()) return;
  flusher_.Start();
  if (failures_.passing()) return;
  collector_.Start();
  compactor_.Start(rest_.IsAtRest());
  if (!flush_failures_.passing()) deadlines_.Start();
  rest_.Start();
}

void Upkeep::AddTo(WritePressure* pressure) const {
  pressure->debt_bytes = compactor_.debt().bytes;
  pressure->debt_runs = compactor_.debt().runs;
  pressure->blob_bytes_over = collector_.bytes_over();
  pressure->blob_file_bytes = parts_.context.options.blob_file_bytes;
  pressure->memory_over = memory_share_.over();
}

void Upkeep::OnWritten(const Tree& tree) {
  memory_share_.OnWritten();
  rest_.OnWritten(tree);
  deadlines_.OnWritten(tree);
}

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

Status Upkeep::Rewrite(const compaction::FileNumbers& files) {
  for (const auto& tree : parts_.trees.All()) STRATA_TRY(compactor_.Rewrite(tree, files));
  return collector_.Rewrite(files);
}

Status Upkeep::AwaitIdle() {
  StoreContext& context = parts_.context;
  context.mutex.AssertHeld();
  rest_.Begin();
  Look();
  context.environment.executor->WaitOn(context.job_ended, context.mutex, [&] {
    const bool failed = parts_.health.failed();
    if (collector_.running() && !failed) return false;
    const bool flushed = parts_.trees.full().empty() || flush_failures_.passing();
    return failed || (flushed && compactor_.idle());
  });
  if (passing_failure()) return *passing_failure();
  return parts_.health.CheckWritable();
}

// The memory budget: memtables and what open tables keep in memory come first, the cache gets the
// rest.
void Upkeep::AdjustCache() {
  if (parts_.context.shared != nullptr) return memory_share_.Report();
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
