// Which values of which blobs a table keeps alive: gathered while the table is written, kept in its
// properties block under the name "blobs", read back when one asks what is in use.
//
//   blobs := ( blob id varint | bytes varint | bitmap )*      ids ascend; see base/bitmap.h
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bitmap.h"
#include "base/result.h"
#include "iter/blob_pointer.h"
#include "iter/internal_key.h"

namespace strata::sst {

// How much of a blob a table uses.
struct BlobUse {
  BlobId blob = 0;
  std::uint64_t values = 0;
  std::uint64_t bytes = 0;  // Uncompressed.

  bool operator==(const BlobUse&) const = default;
};

class BlobUses {
 public:
  // Notes the value of an entry if it is a pointer. Errors: kCorruption when it isn't a sound one,
  // or points where another entry does.
  Status Note(EntryKind kind, std::string_view value);

  bool empty() const { return blobs_.empty(); }
  std::vector<BlobUse> Summary() const;
  // The ordinals of `blob` that are in use; null for none.
  const Bitmap* LiveIn(BlobId blob) const;

  std::string Encode() const;
  // Errors: kCorruption.
  static Result<BlobUses> Decode(std::string_view bytes);

 private:
  struct Use {
    std::uint64_t bytes = 0;
    Bitmap live;
  };
  std::map<BlobId, Use> blobs_;
};

// The part of an expiring entry's value after its expiry, or all of another's.
inline std::string_view PointerPart(EntryKind kind, std::string_view value) {
  return kind == EntryKind::kExpiringBlobPointer && value.size() >= sizeof(std::uint64_t)
             ? value.substr(sizeof(std::uint64_t))
             : value;
}
inline bool IsPointer(EntryKind kind) {
  return kind == EntryKind::kBlobPointer || kind == EntryKind::kExpiringBlobPointer;
}

}  // namespace strata::sst
