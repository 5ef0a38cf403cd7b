// What the leader does with a group besides logging and inserting it: conditions are checked,
// tables that are gone are noticed, large values are taken out.

#include "commit/commit_queue.h"
#include "commit/conditions.h"

namespace strata {

std::vector<Writer*> CommitQueue::CheckConditions(const std::vector<Writer*>& group) {
  std::vector<Writer*> writing;
  mutex_.Unlock();  // Nobody else writes meanwhile: the leader is at the front of the queue.
  ReadPoint now = reader_.Now();
  for (Writer* writer : group) {
    now.now_us = writer->now_us;
    auto failed = FirstFailure(writer->batch->conditions(), now, reader_, context_.counters);
    if (!failed) {
      writer->status = std::move(failed).error().WithContext("checking the batch's conditions");
    } else {
      writer->failed = *std::move(failed);
    }
    writer->decided = !writer->status || writer->failed || writer->batch->count() == 0;
    if (!writer->decided) writing.push_back(writer);
  }
  mutex_.Lock();
  return writing;
}

// A table may have been dropped since the batch was made.
std::vector<Writer*> CommitQueue::CheckTables(const std::vector<Writer*>& group) {
  std::vector<Writer*> writing;
  for (Writer* writer : group) {
    for (const TableRef table : writer->batch->tables()) {
      const auto tree = trees_.Find(table);
      const bool by_apply = tree == nullptr || tree->replica == nullptr || writer->apply != nullptr;
      if (tree != nullptr && by_apply) continue;
      writer->status = by_apply ? NoTable(table) : OnlyByApply(*tree);
      writer->decided = true;
      break;
    }
    if (writer->apply != nullptr && writer->apply->tree().dropped) {
      writer->status = NoTable(TableRef{writer->apply->tree().table.id});
      writer->decided = true;
    }
    if (!writer->decided) writing.push_back(writer);
  }
  return writing;
}

// Before the first entry that expires gets into the log, the manifest says that there are such.
Status CommitQueue::EnableExpiry() {
  STRATA_TRY(versions_.EnableFeature(kExpiryFeature));
  expiry_enabled_ = true;
  return {};
}

void CommitQueue::NoteWritten(const std::vector<Writer*>& group) {
  background_.OnWritten(*trees_.default_tree());
  for (const Writer* writer : group) {
    for (const TableRef table : writer->batch->tables()) {
      if (const Tree* const tree = trees_.Touch(table)) background_.OnWritten(*tree);
    }
  }
}

// Writes large values of the group to blob files, unless it must sync and has few of them.
Status CommitQueue::WriteDirectly(const std::vector<Writer*>& group, bool sync) {
  DirectValues& direct = *trees_.direct();
  std::uint64_t bytes = 0;
  if (sync && direct.synced()) {
    for (const Writer* writer : group) bytes += direct_writer_.BytesIn(*writer->batch);
  }
  const bool worth_sync = bytes > 0 && bytes >= context_.options.direct_sync_bytes;
  const bool only_huge = sync && direct.synced() && !worth_sync;
  for (Writer* writer : group) {
    if (!direct_writer_.MayHave(*writer->batch)) continue;
    STRATA_TRY(direct_writer_.Write(*writer->batch, only_huge, &writer->with_pointers));
  }
  return direct.HandOver();
}

// Side by side with each other and with a flush, which alone would wait for one sync after the
// other. It finishes itself those that no thread has come to.
void CommitQueue::FinishFullFiles() {
  for (auto& file : trees_.direct()->TakeFull()) {
    background_.Schedule(Priority::kLow, [file] {
      (void)file->Finish().has_value();  // The flush gets the same.
      return Step::kDone;
    });
  }
}
}  // namespace strata
