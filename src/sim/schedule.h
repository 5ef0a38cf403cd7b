// Which simulated thread goes on at each point where another one could: drawn from a seed, in one
// of two ways. The same schedule and the same program give the same run.
//
// PCT is "A randomized scheduler with probabilistic guarantees of finding bugs" (Burckhardt et al.,
// ASPLOS 2010): the thread with the highest of random priorities runs, and at depth - 1 random
// points the one that is running falls behind all. A bug of depth d in a run of k points of n
// threads is found with a probability of at least 1 / (n * k^(d-1)).
//
// Either may pause threads at random points, for so long that others get a lot done: a thread that
// is only slow goes on whenever all others sleep, and that is often.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>

#include "base/random.h"
#include "sim/simulated_thread.h"

namespace strata::sim {

struct Schedule {
  enum class Kind : std::uint8_t { kRandom, kPct };

  Kind kind = Kind::kRandom;
  std::uint64_t seed = 1;
  std::uint32_t stay = 1;       // kRandom: at one point in `stay` another one may go on.
  std::uint32_t depth = 2;      // kPct.
  std::uint64_t points = 5000;  // About how many points a run has.
  std::uint32_t pauses = 0;
  std::uint64_t pause_nanos_max = 10'000'000;

  // A kind and its parameters by the seed alone, for runs of about `points` points: so that a seed
  // is enough to run it again.
  static Schedule Of(std::uint64_t seed, std::uint64_t points);

  // "pct seed=7 depth=3 points=5000", "random seed=8 stay=4 points=5000 pauses=2".
  std::string ToText() const;
};

class Chooser {
 public:
  explicit Chooser(const Schedule& schedule);

  // Of a thread, or a job, that begins.
  SchedulePriority NewPriority();

  // How long the thread that has reached a point is paused before another one is chosen; 0: it
  // isn't.
  std::uint64_t DrawPause();

  // Who goes on, of those that can. `running` is the one that has reached a point; null when it
  // can't go on. `yields`: it asks for another one, if there is one. Its priority changes, if at
  // all. REQUIRES: somebody can go on, `running` among them, and places are right.
  SimulatedThread& Choose(std::span<SimulatedThread* const> runnable, SimulatedThread* running,
                          bool yields);

 private:
  std::size_t PlaceAtRandom(std::size_t count, const SimulatedThread* running, bool yields);

  const Schedule schedule_;
  Random random_;
  std::uint64_t points_ = 0;
  std::set<std::uint64_t> changes_;  // kPct: at these points a priority falls.
  std::set<std::uint64_t> pauses_;   // At these a thread is paused.
  SchedulePriority lowest_ = 0;      // All that were given out are above it.
};

}  // namespace strata::sim
