#include "compaction/rewrite_pick.h"

namespace strata::compaction {

std::optional<CompactionJob> PickRewrite(const Version& version, const FileNumbers& files,
                                         const TableSet& busy, const Options& options) {
  for (const Run& run : version.runs()) {
    for (const auto& table : run.tables) {
      const TableMeta& meta = table->meta();
      if (!files.contains(meta.number) || busy.contains(meta.number)) continue;
      CompactionJob job;
      job.inputs = {meta.number};
      job.output = meta.position;
      job.table_bytes = options.table_bytes;
      job.reason = "sealed anew";
      return job;
    }
  }
  return std::nullopt;
}

bool HasAny(const Version& version, const FileNumbers& files) {
  for (const Run& run : version.runs()) {
    for (const auto& table : run.tables) {
      if (files.contains(table->meta().number)) return true;
    }
  }
  return false;
}

std::optional<BlobId> PickBlobRewrite(const Version& version, const FileNumbers& files) {
  for (const auto& [id, state] : version.blobs()) {
    if (files.contains(state.blob->meta().file)) return id;
  }
  return std::nullopt;
}

}  // namespace strata::compaction
