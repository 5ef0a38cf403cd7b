#include "read/values.h"

#include <algorithm>

namespace strata {

const blob::ValueFile* FileOf(const ReadState& state, BlobId blob) {
  for (const auto& values : state.direct) {
    if (const blob::ValueFile* file = values->Find(blob)) return file;
  }
  return state.version->FileOf(blob);
}

bool HasBlobs(const ReadState& state) {
  return !state.version->blobs().empty() ||
         std::any_of(state.direct.begin(), state.direct.end(),
                     [](const auto& values) { return !values->empty(); });
}

Status Resolve(const ReadState& state, EntryKind* kind, std::string* value) {
  return blob::Resolve([&](BlobId blob) { return FileOf(state, blob); }, kind, value);
}

}  // namespace strata
