#include "upkeep/flush_writer.h"

#include <algorithm>
#include <utility>

#include "base/mutant.h"
#include "compaction/compaction_runner.h"
#include "compaction/flush_filter.h"
#include "compaction/table_writer.h"

namespace strata {

Status FlushWriter::Write(const Tree& tree, const MemTable& memtable, std::uint64_t since_us,
                          VersionEdit* edit, std::vector<std::shared_ptr<const Table>>* opened,
                          const std::shared_ptr<const Version>& below) {
  auto options = files_.WriterOptionsFor(tree, {.level = 0, .run = files_.store().NewNumber()});
  options.write_time_min_us = since_us;
  options.write_time_max_us = context_.environment.clock->WallMicros();
  options.delete_since_us = std::max<std::uint64_t>(since_us, 1);
  options.table.learned_index = context_.options.index == IndexKind::kLearned &&
                                compaction::IsAmongDeepest(0, context_.options.learned_levels,
                                                           below != nullptr ? *below : Version());
  compaction::TableWriter writer(files_.store(), options);
  std::unique_ptr<compaction::OlderData> older;
  if (below != nullptr) {
    compaction::CompactionJob job;
    job.output = options.position;
    older = std::make_unique<compaction::OlderData>(job, below);
  }
  compaction::FlushFilter filter(snapshots_.Sequences(), std::move(older));
  const auto entries = memtable.NewIterator();
  for (Status moved = entries->SeekToFirst();; moved = entries->Next()) {
    STRATA_TRY(moved);
    if (!entries->Valid()) break;
    if (!filter.Keeps(entries->key())) continue;
    STRATA_TRY(writer.Add(entries->key(), entries->value()));
    if (filter.held()) {
      writer.MarkHeld(*filter.held(), UserKeyOf(entries->key()).size() + entries->value().size());
    }
  }
  STRATA_TRY_ASSIGN(auto tables, writer.Finish());
  for (auto& table : tables) {
    edit->added.push_back(table->meta());
    opened->push_back(std::move(table));
  }
  AddBlobs(writer.TakeBlobs(), edit);
  context_.counters.Add(Counter::kBlobBytesWritten, writer.blob_bytes_written());
  context_.counters.Add(Counter::kFlushes);
  context_.counters.Add(Counter::kFlushBytes, writer.bytes_written());
  return {};
}

Status FlushWriter::AdoptDirect(const Tree& tree, DirectValues& values, VersionEdit* edit,
                                const std::vector<std::shared_ptr<const Table>>& opened) const {
  STRATA_TRY_ASSIGN(auto blobs, values.Finish(tree.table.id));
  // Nothing points to a value any more that was overwritten before the flush.
  std::erase_if(blobs, [&](const std::shared_ptr<const Blob>& blob) {
    return std::none_of(opened.begin(), opened.end(), [&](const auto& table) {
      const auto& uses = table->meta().blobs;
      return std::any_of(uses.begin(), uses.end(),
                         [&](const sst::BlobUse& use) { return use.blob == blob->meta().id; });
    });
  });
  if (context_.options.verify_outputs) {
    for (const auto& blob : blobs) STRATA_TRY(blob->reader().VerifyAll());
  }
  AddBlobs(blobs, edit);
  return {};
}
}  // namespace strata
