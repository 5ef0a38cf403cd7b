#include "sim/schedule.h"

#include <algorithm>

#include "base/check.h"

namespace strata::sim {

Schedule Schedule::Of(std::uint64_t seed, std::uint64_t points) {
  Random random(seed);
  constexpr std::uint32_t kStays[] = {1, 2, 4, 16};
  Schedule schedule{.seed = seed, .points = points};
  schedule.kind = random.OneIn(2) ? Kind::kPct : Kind::kRandom;
  schedule.stay = kStays[random.Uniform(std::size(kStays))];
  schedule.depth = static_cast<std::uint32_t>(random.Between(2, 5));
  return schedule;
}

std::string Schedule::ToText() const {
  const std::string seed_text = " seed=" + std::to_string(seed);
  if (kind == Kind::kRandom) return "random" + seed_text + " stay=" + std::to_string(stay);
  return "pct" + seed_text + " depth=" + std::to_string(depth) +
         " points=" + std::to_string(points);
}

Chooser::Chooser(const Schedule& schedule) : schedule_(schedule), random_(schedule.seed) {
  for (std::uint32_t i = 1; i < schedule.depth; ++i) {
    changes_.insert(random_.Uniform(std::max<std::uint64_t>(schedule.points, 1)));
  }
}

SchedulePriority Chooser::NewPriority() {
  return static_cast<SchedulePriority>(random_.Next() >> 2) + 1;
}

SimulatedThread& Chooser::Choose(std::span<SimulatedThread* const> runnable,
                                 SimulatedThread* running, bool yields) {
  STRATA_DCHECK(!runnable.empty());
  const std::uint64_t point = points_++;
  if (schedule_.kind == Schedule::Kind::kRandom) {
    return *runnable[PlaceAtRandom(runnable.size(), running, yields)];
  }
  const bool falls = yields || changes_.contains(point);
  if (running != nullptr && falls) running->priority = --lowest_;
  return **std::max_element(
      runnable.begin(), runnable.end(),
      [](const SimulatedThread* a, const SimulatedThread* b) { return a->priority < b->priority; });
}

std::size_t Chooser::PlaceAtRandom(std::size_t count, const SimulatedThread* running, bool yields) {
  if (running == nullptr) return random_.Uniform(count);
  if (count == 1 || (!yields && !random_.OneIn(schedule_.stay))) return running->place;
  if (!yields) return random_.Uniform(count);
  const std::size_t other = random_.Uniform(count - 1);
  return other < running->place ? other : other + 1;
}

}  // namespace strata::sim
