#include "compaction/policy.h"

namespace strata::compaction {
namespace {

class NoPolicy final : public Policy {
 public:
  std::string_view name() const override { return "none"; }
  std::vector<CompactionJob> Pick(const PolicyInput& /*input*/) const override { return {}; }
  Debt EstimateDebt(const TreeView& /*tree*/, std::uint64_t /*now*/) const override { return {}; }
};

Status CheckLeveled(const Options& options) {
  if (options.level0_runs < 1) return InvalidArgument("level0_runs must be 1 or more");
  if (options.level1_bytes < 1) return InvalidArgument("level1_bytes must be 1 or more");
  if (options.level_multiplier < 2) return InvalidArgument("level_multiplier must be 2 or more");
  return {};
}

}  // namespace

Result<std::unique_ptr<const Policy>> MakePolicy(const Options& options) {
  if (options.table_bytes < 1) return InvalidArgument("table_bytes must be 1 or more");
  switch (options.compaction) {
    case CompactionStyle::kLeveled:
      STRATA_TRY(CheckLeveled(options));
      return std::unique_ptr<const Policy>(NewLeveledPolicy(options));
    case CompactionStyle::kNone:
      return std::unique_ptr<const Policy>(std::make_unique<NoPolicy>());
    case CompactionStyle::kTiered:
      return NewTieredPolicy(options);
    case CompactionStyle::kUnified:
      return NewUnifiedPolicy(options);
    case CompactionStyle::kTimeWindow:
      return NewTimeWindowPolicy(options);
    case CompactionStyle::kFifo:
      return NewFifoPolicy(options);
  }
  return InvalidArgument("unknown compaction style");
}

}  // namespace strata::compaction
