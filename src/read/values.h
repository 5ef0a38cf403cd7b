// Where a reader finds the values that entries only point to: in blobs of its version, or in files
// that no version names yet.
//
// Thread safety: any thread.

#pragma once

#include <string>

#include "blob/value_file.h"
#include "read/read_state.h"

namespace strata {

// The file in which a reader of `state` finds the values of a blob; null when there is none.
const blob::ValueFile* FileOf(const ReadState& state, BlobId blob);

// False when no reader of `state` meets a pointer.
bool HasBlobs(const ReadState& state);

// As Version::Resolve, for entries of memtables too.
Status Resolve(const ReadState& state, EntryKind* kind, std::string* value);

}  // namespace strata
