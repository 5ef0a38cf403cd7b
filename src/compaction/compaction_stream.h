// The merged input of a compaction, each entry with its verdict. See drop_rules.h for the rules.
//
// Thread safety: none.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "compaction/drop_rules.h"
#include "compaction/held_versions.h"
#include "compaction/older_data.h"
#include "iter/iterator.h"

namespace strata::compaction {

class CompactionStream {
 public:
  // `merged` holds all versions, newest first, of each key that the job's inputs hold.
  // An entry that has expired at `now_us` goes on as a delete, and is judged as one.
  CompactionStream(std::unique_ptr<InternalIterator> merged, OlderData older, Snapshots snapshots,
                   std::uint64_t now_us = 0);

  // Moves to the first entry of `range`. Call it first, once.
  Status Start(const KeyRange& range);

  // False past the range and after a failed move.
  bool Valid() const { return valid_; }

  // REQUIRES for all: Valid(). The views hold until the next move.
  Status Next();
  std::string_view key() const { return expired_ ? std::string_view(delete_key_) : merged_->key(); }
  std::string_view value() const { return expired_ ? std::string_view() : merged_->value(); }
  bool expired() const { return expired_; }
  Verdict verdict() const { return verdict_; }
  // The snapshots that alone keep the entry.
  const std::optional<SnapshotRange>& held() const { return held_; }

 private:
  Status Examine(Status moved);

  const std::unique_ptr<InternalIterator> merged_;
  OlderData older_;
  const Snapshots snapshots_;
  const std::uint64_t now_us_;
  bool expired_ = false;
  std::string delete_key_;  // Of an expired entry.
  std::optional<std::string> upper_;
  bool valid_ = false;
  Verdict verdict_ = Verdict::kKeep;
  std::optional<SnapshotRange> held_;
  std::optional<std::string> last_key_;  // User key of the entry before, and its sequence.
  SequenceNumber last_sequence_ = 0;
};

}  // namespace strata::compaction
