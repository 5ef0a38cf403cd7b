#include "compaction/small_tree.h"

#include <utility>

#include "testing/results.h"

namespace strata::compaction {

SmallTree::SmallTree() : store(tables.Store()) {
  options.counters = &tables.counters;
}

FileNumber SmallTree::Add(RunPosition position, std::string_view entries) {
  const FileNumber number = tables.next_number++;
  auto table = tables.Make(number, position, entries);
  VersionEdit edit;
  edit.added = {table->meta()};
  version_ = testing::Must(version_->With(edit, {std::move(table)}));
  return number;
}

CompactionResult SmallTree::Compact(const CompactionJob& job) {
  CompactionResult result = testing::Must(RunJob(job, version_, store, options));
  Install(result);
  return result;
}

void SmallTree::Install(const CompactionResult& result) {
  for (const auto& table : result.opened) table->MarkNamed();
  version_ = testing::Must(version_->With(result.edit, result.opened));
}

CompactionJob SmallTree::Merge(std::vector<FileNumber> inputs, RunPosition output) const {
  CompactionJob job;
  job.inputs = std::move(inputs);
  job.output = output;
  job.table_bytes = 1 << 20;
  return job;
}

std::string SmallTree::Get(std::string_view key, SequenceNumber sequence) {
  std::string value;
  const auto hit = testing::Must(version_->Get(key, sequence, {}, tables.counters, &value));
  if (!hit) return "";
  return hit->kind == EntryKind::kDelete ? "-" : value;
}

std::string SmallTree::Show() const {
  std::string text;
  for (const Run& run : version_->runs()) {
    if (!text.empty()) text += "  ";
    text += "L" + std::to_string(run.position.level) + "." + std::to_string(run.position.run);
    for (const auto& table : run.tables) {
      text += " [" + testing::Forwards(*table->reader().NewIterator({})) + "]";
    }
  }
  return text;
}

std::size_t SmallTree::files() const {
  return testing::Must(tables.disk->List("db")).size();
}

}  // namespace strata::compaction
