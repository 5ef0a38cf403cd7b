// Keeps many short runs of a program from leaving many small files: what is small is written anew
// beside what is merged anyway.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "compaction/policy.h"
#include "version/version.h"

namespace strata::compaction {

// A file is small below this share of what files are cut at.
inline constexpr std::uint64_t kSmallFileShare = 64;

// A job that writes less than this share of a table is short: it takes some tens of milliseconds.
inline constexpr std::uint64_t kShortJobShare = 8;

// The blobs of less than `small_bytes` that `inputs` use, if there are enough of them to be worth
// one file. So a value is copied a few times at most before its file isn't small any more.
std::set<BlobId> SmallBlobs(const std::vector<std::shared_ptr<const Table>>& inputs,
                            const Version& version, std::uint64_t small_bytes);

// About what a job writes, in bytes. REQUIRES: `version` has its inputs.
std::uint64_t BytesToWrite(const CompactionJob& job, const Version& version,
                           std::uint64_t small_blob_bytes);

}  // namespace strata::compaction
