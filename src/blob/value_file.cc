#include "blob/value_file.h"

#include "sst/blob_uses.h"

namespace strata::blob {

Status Resolve(const std::function<const ValueFile*(BlobId)>& file_of, EntryKind* kind,
               std::string* value) {
  if (!sst::IsPointer(*kind)) return {};
  const auto pointer = DecodeBlobPointer(sst::PointerPart(*kind, *value));
  if (!pointer) return Corruption("a pointer to a blob that can't be");
  const ValueFile* const file = file_of(pointer->blob);
  if (file == nullptr) return Corruption("blob " + std::to_string(pointer->blob) + " isn't there");
  const bool expires = *kind == EntryKind::kExpiringBlobPointer;
  const std::string expiry = expires ? value->substr(0, sizeof(std::uint64_t)) : std::string();
  STRATA_TRY(file->Read(*pointer, value));
  if (expires) value->insert(0, expiry);
  *kind = expires ? EntryKind::kExpiringValue : EntryKind::kValue;
  return {};
}

}  // namespace strata::blob
