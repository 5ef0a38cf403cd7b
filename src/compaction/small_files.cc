#include "compaction/small_files.h"

#include <algorithm>

#include "compaction/job_builder.h"

namespace strata::compaction {
namespace {

constexpr std::size_t kSmallBlobsMin = 8;
// A table is written anew for one that is a quarter of it: so that each entry is copied a number of
// times that grows with the logarithm of the calls.
constexpr std::uint64_t kNeighbourRatio = 4;

bool IsSmall(const Version& version, BlobId blob, std::uint64_t small_bytes) {
  const auto found = version.blobs().find(blob);
  return found != version.blobs().end() && found->second.size_bytes() < small_bytes;
}

}  // namespace

std::set<BlobId> SmallBlobs(const std::vector<std::shared_ptr<const Table>>& inputs,
                            const Version& version, std::uint64_t small_bytes) {
  std::set<BlobId> small;
  for (const auto& table : inputs) {
    for (const sst::BlobUse& use : table->meta().blobs) {
      if (IsSmall(version, use.blob, small_bytes)) small.insert(use.blob);
    }
  }
  return small.size() < kSmallBlobsMin ? std::set<BlobId>() : small;
}

std::uint64_t BytesToWrite(const CompactionJob& job, const Version& version,
                           std::uint64_t small_blob_bytes) {
  std::uint64_t bytes = 0;
  for (const FileNumber number : job.inputs) {
    const auto table = version.FindTable(number);
    bytes += table->meta().size_bytes;
    for (const sst::BlobUse& use : table->meta().blobs) {
      if (IsSmall(version, use.blob, small_blob_bytes)) bytes += use.bytes;
    }
  }
  return bytes;
}

void JobBuilder::AddSmallNeighbours(std::uint32_t level, std::uint64_t small_bytes,
                                    const TableSet& busy) {
  const auto add = [&](const TableView& table) {
    if (busy.contains(table.number) || table.size_bytes >= small_bytes ||
        table.size_bytes > kNeighbourRatio * size_bytes_) {
      return false;
    }
    Add(table);
    return true;
  };
  for (const RunView& run : tree_->level(level).runs) {
    for (bool added = true; added;) {
      const auto here =
          std::partition_point(run.tables.begin(), run.tables.end(),
                               [&](const TableView& table) { return hull_.StartsAfter(table); });
      const auto after = std::partition_point(
          here, run.tables.end(), [&](const TableView& table) { return hull_.Overlaps(table); });
      added = (here != run.tables.begin() && add(*std::prev(here))) ||
              (after != run.tables.end() && add(*after));
    }
  }
}

}  // namespace strata::compaction
