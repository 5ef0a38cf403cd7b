#include "journal/log_chain.h"

#include <string>

#include "base/mutant.h"

namespace strata {

bool LogChain::IsAfterLoss(const wal::Record& record) {
  if (STRATA_MUTANT(replay_past_lost_tail)) return false;
  if (previous_unsealed_ && record.sequence != next_sequence_) {
    lost_after_ = previous_log_;
  }
  previous_unsealed_ = false;
  promised_ = promised_ || record.synced > 0;
  return lost_after_.has_value();
}

// Whatever was lost at the end of the logs before this one has been dealt with: now a gap is
// damage.
Status LogChain::CheckFollows(const wal::Record& record) const {
  if (!empty_ || next_sequence_ == 0 || record.sequence == next_sequence_ ||
      STRATA_MUTANT(replay_past_lost_tail)) {
    return {};
  }
  return Corruption("it begins with entry " + std::to_string(record.sequence) + ", but " +
                    LogFileName(previous_log_) + ", the log before it, ends at " +
                    std::to_string(next_sequence_ - 1) + ": a log between them is missing");
}

Status LogChain::NoteEnd(const LogEnd& end) {
  if (lost_after_ && (promised_ || end.complete) && !STRATA_MUTANT(replay_past_corrupt_wal)) {
    return Corruption("replaying " + LogFileName(*lost_after_) + ": the log ends at offset " +
                      std::to_string(lost_offset_) + " without an end record although " +
                      LogFileName(end.number) +
                      ", a later log, was made durable; what followed is lost. `strata verify` "
                      "tells more");
  }
  if (lost_after_) return {};
  lost_offset_ = end.valid_length;
  previous_log_ = end.number;
  previous_unsealed_ = !end.complete;
  if (!end.complete && !end.is_last && (end.torn || empty_)) lost_after_ = end.number;
  empty_ = true;
  promised_ = false;
  return {};
}

}  // namespace strata
