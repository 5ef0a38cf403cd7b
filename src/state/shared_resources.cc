#include "strata/shared_resources.h"

#include <utility>

#include "state/shared_parts.h"

namespace strata {
namespace {

constexpr int kThreadsMax = 1024;

Status CheckOptions(const SharedResourcesOptions& options) {
  if (options.background_threads < 0 || options.background_threads > kThreadsMax) {
    return InvalidArgument("option background_threads must be between 0 and 1024");
  }
  if (options.flush_threads < 1 || options.flush_threads > kThreadsMax) {
    return InvalidArgument("option flush_threads must be between 1 and 1024");
  }
  if (options.environment != nullptr && options.background_threads > 0) {
    return InvalidArgument(
        "option background_threads must be 0 with an environment, whose executor is used");
  }
  return {};
}

std::unique_ptr<Executor> MakeThreads(const SharedResourcesOptions& options, Clock& clock) {
  if (options.background_threads == 0) return nullptr;
  return NewThreadExecutor(options.flush_threads, options.background_threads, clock);
}

std::shared_ptr<compaction::RateLimiter> MakeLimiter(std::uint64_t bytes_per_s, Clock& clock) {
  if (bytes_per_s == 0) return nullptr;
  return std::make_shared<compaction::RateLimiter>(bytes_per_s, clock);
}

}  // namespace

SharedResources::Parts::Parts(const SharedResourcesOptions& options, const Environment& environment)
    : clock(environment.clock),
      outside(environment.executor),
      threads(MakeThreads(options, *environment.clock)),
      executor(threads != nullptr ? *threads : *environment.executor),
      cache(
          options.memory_budget_bytes > 0 ? options.memory_budget_bytes : options.block_cache_bytes,
          counters),
      limiter(MakeLimiter(options.compaction_rate_bytes_per_s, *environment.clock)),
      memory(options.memory_budget_bytes, cache) {}

// A child of fork() has none of the threads, so it can't wait for them to end.
SharedResources::Parts::~Parts() {
  if (!owner.IsThisProcess()) static_cast<void>(threads.release());
}

Status SharedResources::Parts::CheckFor(const Environment& environment) const {
  STRATA_TRY(owner.Check("option shared"));
  if (environment.clock == clock && environment.executor == outside) return {};
  return InvalidArgument(
      "option shared was made for another environment; give both the same clock and executor");
}

Result<std::shared_ptr<SharedResources>> SharedResources::Make(
    const SharedResourcesOptions& options) {
  STRATA_TRY(CheckOptions(options));
  const Environment& environment =
      options.environment != nullptr ? *options.environment : RealEnvironment();
  return std::make_shared<SharedResources>(std::make_unique<Parts>(options, environment));
}

SharedResources::SharedResources(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SharedResources::~SharedResources() = default;

SharedUsage SharedResources::Usage() const {
  return parts_->memory.Usage();
}

}  // namespace strata
