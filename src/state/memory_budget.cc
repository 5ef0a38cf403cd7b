#include "state/memory_budget.h"

#include <algorithm>
#include <utility>

namespace strata {
namespace {

// With 256 stores a sixteenth of the budget is lost to rounding at most.
constexpr std::uint64_t kGrains = 4096;

}  // namespace

MemoryBudget::MemoryBudget(std::uint64_t bytes, sst::BlockCache& cache)
    : bytes_(bytes), grain_(std::max<std::uint64_t>(bytes / kGrains, 1)), cache_(cache) {}

std::unique_ptr<MemoryBudget::Member> MemoryBudget::Join(std::function<void()> give_way) {
  return std::make_unique<Member>(*this, std::move(give_way));
}

double MemoryBudget::over() const {
  const std::uint64_t half = bytes_ / 2;
  const std::uint64_t used = memtables_.load(std::memory_order_relaxed);
  if (used <= half) return 0;
  return std::min(static_cast<double>(used - half) / static_cast<double>(bytes_ - half), 1.0);
}

SharedUsage MemoryBudget::Usage() const {
  MutexLock lock(mutex_);
  return {.stores = members_.size(),
          .memtable_bytes = total_.filling + total_.full,
          .table_bytes = total_.tables,
          .cache_bytes = cache_.used_bytes(),
          .cache_capacity_bytes = cache_.capacity_bytes()};
}

void MemoryBudget::Change(Member& member, const MemoryUse& use) {
  MutexLock lock(mutex_);
  const MemoryUse before = std::exchange(member.use_, use);
  total_.filling += use.filling - before.filling;
  total_.full += use.full - before.full;
  total_.tables += use.tables - before.tables;
  memtables_.store(total_.filling + total_.full, std::memory_order_relaxed);
  if (use.filling < before.filling) member.asked_ = false;
  AskLargest();
  AdjustCache();
}

// Those that were asked give way soon: what they fill doesn't count.
void MemoryBudget::AskLargest() {
  if (total_.filling <= bytes_ / 4) return;
  std::uint64_t staying = 0;
  for (const Member* member : members_) staying += member->asked_ ? 0 : member->use_.filling;
  while (staying > bytes_ / 4) {
    Member* largest = nullptr;
    for (Member* member : members_) {
      if (member->asked_) continue;
      if (largest == nullptr || member->use_.filling > largest->use_.filling) largest = member;
    }
    largest->asked_ = true;
    staying -= largest->use_.filling;
    largest->give_way_();
  }
}

void MemoryBudget::AdjustCache() {
  const std::uint64_t taken = total_.filling + total_.full + total_.tables;
  const std::uint64_t rest = taken < bytes_ ? bytes_ - taken : 0;
  if (rest != cache_.capacity_bytes()) cache_.SetCapacity(rest);
}

MemoryBudget::Member::Member(MemoryBudget& budget, std::function<void()> give_way)
    : budget_(budget), give_way_(std::move(give_way)) {
  MutexLock lock(budget_.mutex_);
  budget_.members_.push_back(this);
}

MemoryBudget::Member::~Member() {
  if (!budget_.owner_.IsThisProcess()) return;
  Report({});
  MutexLock lock(budget_.mutex_);
  std::erase(budget_.members_, this);
}

void MemoryBudget::Member::Report(const MemoryUse& use) {
  if (budget_.bytes_ == 0) return;
  MemoryUse rounded = use;
  rounded.filling = (use.filling + budget_.grain_ - 1) / budget_.grain_ * budget_.grain_;
  if (rounded != use_) budget_.Change(*this, rounded);
}

}  // namespace strata
