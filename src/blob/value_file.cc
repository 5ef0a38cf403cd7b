#include "blob/value_file.h"

namespace strata::blob {

Status ReadInPlace(const ValueFile& file, const BlobPointer& pointer, EntryKind* kind,
                   std::string* value) {
  const bool expires = *kind == EntryKind::kExpiringBlobPointer;
  const std::string expiry = expires ? value->substr(0, sizeof(std::uint64_t)) : std::string();
  STRATA_TRY(file.Read(pointer, value));
  if (expires) value->insert(0, expiry);
  *kind = expires ? EntryKind::kExpiringValue : EntryKind::kValue;
  return {};
}

}  // namespace strata::blob
