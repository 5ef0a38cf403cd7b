#include "commit/apply.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/escape.h"
#include "base/mutant.h"
#include "commit/commit_queue.h"
#include "wal/batch_format.h"

namespace strata {
namespace {

Error Refused(const std::string& why) {
  return InvalidArgument("applying an entry to a replicated table: " + why +
                         "; nothing was applied");
}

std::string Name(const Tree& tree) {
  return tree.table.id == 0 ? "the default table" : "table \"" + tree.table.name + "\"";
}

}  // namespace

Status CheckAppliedBatch(const WriteBatch& batch, TableRef table) {
  for (const Condition& condition : batch.conditions()) {
    if (condition.table != table) return Refused("a condition of it is on another table");
    if (condition.kind == Condition::Kind::kVersion ||
        condition.kind >= Condition::Kind::kUnchanged) {
      return Refused("key \"" + EscapeShort(condition.key) +
                     "\" has a condition on versions, which differ from replica to replica; ask "
                     "for a value, or whether the key is there");
    }
  }
  return wal::ForEachEntry(batch.encoded(), 1, [&](const wal::BatchEntry& entry) -> Status {
    if (entry.table == table.id) return {};
    return Refused("key \"" + EscapeShort(entry.key) + "\" of it is for another table");
  });
}

Error NotReplicated(const Tree& tree) {
  return InvalidArgument(Name(tree) +
                         " isn't replicated, so it takes writes and nothing by Apply; make a table "
                         "with TableOptions::replicated");
}

Error OnlyByApply(const Tree& tree) {
  return InvalidArgument(Name(tree) +
                         " is replicated: its entries come by Apply only, in the order of their "
                         "log; no batch may write to it or have conditions on it; nothing was "
                         "written");
}

// --- a turn --------------------------------------------------------------------------------------

Applying::Applying(Private, StoreContext& context, std::shared_ptr<Tree> tree, const Applied& at)
    : context_(context), tree_(std::move(tree)), at_(at) {
  const Applied& last = tree_->replica->applied();
  repeated_ = at.index <= last.index;
  if (!STRATA_MUTANT(entry_clock_goes_back)) at_.now_us = std::max(at.now_us, last.now_us);
}

Result<std::unique_ptr<Applying>> Applying::Begin(StoreContext& context, std::shared_ptr<Tree> tree,
                                                  const Applied& at) {
  context.mutex.AssertHeld();
  if (tree->replica == nullptr) return NotReplicated(*tree);
  if (at.index == 0 || at.now_us == 0) return Refused("its index and its clock must not be 0");
  if (!tree->replica->Begin()) {
    return Error(ErrorCode::kBusy, Name(*tree) +
                                       " is applying another entry; apply them one after "
                                       "the other, in the order of their log");
  }
  return std::make_unique<Applying>(Private(), context, std::move(tree), at);
}

Applying::~Applying() {
  MutexLock lock(context_.mutex);
  tree_->replica->End();
}

// --- the queue -----------------------------------------------------------------------------------

Status CommitQueue::Apply(const WriteBatch& batch, const Applying& turn,
                          std::optional<FailedCondition>* failed, SequenceNumber* first) {
  Writer self{.batch = &batch, .now_us = turn.at().now_us, .apply = &turn};
  STRATA_TRY(Run(&self));
  if (self.failed) *failed = std::move(self.failed);
  *first = self.first_sequence;
  return {};
}

// Their sequences come after those of all that have a record, which has no holes.
SequenceNumber CommitQueue::OrderApplied(const std::vector<Writer*>& group, SequenceNumber next) {
  for (Writer* writer : group) {
    if (writer->apply == nullptr) continue;
    writer->first_sequence = next;
    next += writer->batch->count();
  }
  return next;
}

Status CommitQueue::AppendRecord(const std::vector<Writer*>& group, SequenceNumber first) {
  SequenceNumber next = first;
  for (const Writer* writer : group) {
    if (writer->apply != nullptr) continue;
    log_parts_.push_back(writer->entries());
    next += writer->batch->count();
  }
  if (log_parts_.empty()) return {};
  STRATA_TRY(room_.BeforeRecord(first));
  STRATA_TRY(journal_.Append(first, log_parts_));
  room_.NoteRecord(next);
  return {};
}

void CommitQueue::NoteApplied(const std::vector<Writer*>& group) {
  for (const Writer* writer : group) {
    if (writer->apply == nullptr || !writer->status) continue;
    const Tree& tree = writer->apply->tree();
    tree.replica->SetApplied(writer->apply->at());
    trees_.Touch(TableRef{tree.table.id});
  }
}

}  // namespace strata
