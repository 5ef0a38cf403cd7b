// Reads every live byte of the store within a period, at a rate, so that damage is found while
// there is still somewhere to get the bytes from, and not by the reader who needs them.
//
// Thread safety: the store's mutex is held in every call, but as said.

#pragma once

#include <cstdint>
#include <memory>

#include "compaction/rate_limiter.h"
#include "strata/damage.h"
#include "upkeep/flusher.h"
#include "upkeep/scrub_pass.h"

namespace strata {

class Scrubber {
 public:
  explicit Scrubber(const UpkeepParts& parts);

  // Sets the timer of the next pass, if there are to be any and none is set.
  void Start();
  ScrubProgress progress() const;

  // A pass of its own, now and as fast as it can. The mutex isn't held.
  ScrubReport RunNow();

 private:
  void SetTimer(std::uint64_t delay_us);
  void Begin();
  // One step of the pass that runs, and the next one when the bytes are paid for.
  void Run();
  void End();
  void EmitBegin(const ScrubPass& pass) const;
  void NoteEnd(const ScrubPass& pass);

  const UpkeepParts parts_;
  compaction::RateLimiter limiter_;
  std::unique_ptr<ScrubPass> pass_;  // That runs in the background, if one does.
  ScrubProgress progress_;
  bool timer_set_ = false;
};

}  // namespace strata
