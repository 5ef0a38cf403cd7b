// Tables to be written anew because of the files they are in, as when those are sealed with a key
// that is to go.
//
// Thread safety: pure functions.

#pragma once

#include <optional>
#include <set>

#include "compaction/policy.h"
#include "version/version.h"

namespace strata::compaction {

using FileNumbers = std::set<FileNumber>;

// A table of `files` to write anew where it is, or nothing.
std::optional<CompactionJob> PickRewrite(const Version& version, const FileNumbers& files,
                                         const TableSet& busy, const Options& options);

// True if one of them is still in use.
bool HasAny(const Version& version, const FileNumbers& files);

// A blob whose file is one of `files`, or nothing.
std::optional<BlobId> PickBlobRewrite(const Version& version, const FileNumbers& files);

}  // namespace strata::compaction
