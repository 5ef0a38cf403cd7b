// What of a memtable needn't be written out: versions that a newer one hides from every reader.
// Tombstones stay where tables may hold what they hide.
//
// Thread safety: none.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "compaction/held_versions.h"
#include "compaction/older_data.h"

namespace strata::compaction {

class FlushFilter {
 public:
  // `older`: all tables that are older than the memtable. Null: nobody knows.
  explicit FlushFilter(Snapshots snapshots, std::unique_ptr<OlderData> older = nullptr)
      : snapshots_(std::move(snapshots)), older_(std::move(older)) {}

  // Whether the next entry of the memtable, in its order, is written.
  bool Keeps(std::string_view key) {
    VersionFacts facts{.sequence = SequenceOf(key), .kind = KindOf(key), .newer = {}};
    if (last_key_ == UserKeyOf(key)) {
      facts.newer = last_sequence_;
    } else {
      last_key_ = UserKeyOf(key);
    }
    if (facts.kind == EntryKind::kDelete && older_ != nullptr) {
      facts.older_below = older_->MayHold(UserKeyOf(key));
    }
    last_sequence_ = facts.sequence;
    const bool keeps = Judge(facts, snapshots_) == Verdict::kKeep;
    held_ = keeps ? HeldBy(facts, snapshots_) : std::nullopt;
    return keeps;
  }

  // The snapshots that alone keep the entry asked of last.
  const std::optional<SnapshotRange>& held() const { return held_; }

 private:
  const Snapshots snapshots_;
  const std::unique_ptr<OlderData> older_;
  std::optional<std::string> last_key_;
  SequenceNumber last_sequence_ = 0;
  std::optional<SnapshotRange> held_;
};

}  // namespace strata::compaction
