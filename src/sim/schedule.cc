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
  schedule.pauses = random.OneIn(2) ? 0 : static_cast<std::uint32_t>(random.Between(1, 24));
  return schedule;
}

std::string Schedule::ToText() const {
  std::string text = kind == Kind::kRandom ? "random" : "pct";
  text += " seed=" + std::to_string(seed);
  text +=
      kind == Kind::kRandom ? " stay=" + std::to_string(stay) : " depth=" + std::to_string(depth);
  text += " points=" + std::to_string(points);
  return pauses == 0 ? text : text + " pauses=" + std::to_string(pauses);
}

Chooser::Chooser(const Schedule& schedule) : schedule_(schedule), random_(schedule.seed) {
  const std::uint64_t points = std::max<std::uint64_t>(schedule.points, 1);
  for (std::uint32_t i = 1; i < schedule.depth; ++i) changes_.insert(random_.Uniform(points));
  for (std::uint32_t i = 0; i < schedule.pauses; ++i) pauses_.insert(random_.Uniform(points));
}

SchedulePriority Chooser::NewPriority() {
  return static_cast<SchedulePriority>(random_.Next() >> 2) + 1;
}

std::uint64_t Chooser::DrawPause() {
  return pauses_.contains(points_) ? random_.Uniform(schedule_.pause_nanos_max) : 0;
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
