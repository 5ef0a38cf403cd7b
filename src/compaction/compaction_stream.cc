#include "compaction/compaction_stream.h"

#include <utility>

#include "base/mutant.h"
#include "iter/expiry.h"

namespace strata::compaction {

CompactionStream::CompactionStream(std::unique_ptr<InternalIterator> merged, OlderData older,
                                   Snapshots snapshots, std::uint64_t now_us)
    : merged_(std::move(merged)),
      older_(std::move(older)),
      snapshots_(std::move(snapshots)),
      now_us_(now_us) {}

Status CompactionStream::Start(const KeyRange& range) {
  upper_ = range.upper;
  if (!range.lower) return Examine(merged_->SeekToFirst());
  return Examine(merged_->Seek(MakeInternalKey(*range.lower, kSequenceMax, kEntryKindForSeek)));
}

Status CompactionStream::Next() {
  STRATA_DCHECK(Valid());
  return Examine(merged_->Next());
}

Status CompactionStream::Examine(Status moved) {
  valid_ = false;
  STRATA_TRY(std::move(moved));
  if (!merged_->Valid()) return {};
  const std::string_view user_key = UserKeyOf(merged_->key());
  if (upper_ && user_key >= *upper_) return {};
  valid_ = true;

  VersionFacts facts;
  facts.sequence = SequenceOf(merged_->key());
  facts.kind = KindOf(merged_->key());
  if (last_key_ == user_key) {
    facts.newer = last_sequence_;
  } else {
    last_key_ = user_key;
  }
  last_sequence_ = facts.sequence;
  expired_ = IsExpired(facts.kind, merged_->value(), now_us_);
  if (expired_) {
    facts.kind = EntryKind::kDelete;
    delete_key_ = MakeInternalKey(user_key, facts.sequence, EntryKind::kDelete);
  }
  if (facts.kind == EntryKind::kDelete) facts.older_below = older_.MayHold(user_key);
  if (STRATA_MUTANT(drop_tombstone_with_older_below)) facts.older_below = false;
  verdict_ = Judge(facts, snapshots_);
  if (STRATA_MUTANT(drop_version_under_snapshot) && facts.newer) verdict_ = Verdict::kShadowed;
  held_ = verdict_ == Verdict::kKeep ? HeldBy(facts, snapshots_) : std::nullopt;
  return {};
}

}  // namespace strata::compaction
