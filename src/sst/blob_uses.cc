#include "sst/blob_uses.h"

namespace strata::sst {

Status BlobUses::Note(EntryKind kind, std::string_view value) {
  if (!IsPointer(kind)) return {};
  const auto pointer = DecodeBlobPointer(PointerPart(kind, value));
  if (!pointer) return Corruption("an entry whose pointer to a blob can't be");
  Use& use = blobs_[pointer->blob];
  if (use.live.Contains(pointer->ordinal)) {
    return Corruption("two entries that point to value " + std::to_string(pointer->ordinal) +
                      " of blob " + std::to_string(pointer->blob));
  }
  use.live.Add(pointer->ordinal);
  use.bytes += pointer->length;
  return {};
}

std::vector<BlobUse> BlobUses::Summary() const {
  std::vector<BlobUse> summary;
  for (const auto& [blob, use] : blobs_) summary.push_back({blob, use.live.Count(), use.bytes});
  return summary;
}

const Bitmap* BlobUses::LiveIn(BlobId blob) const {
  const auto found = blobs_.find(blob);
  return found == blobs_.end() ? nullptr : &found->second.live;
}

std::string BlobUses::Encode() const {
  std::string out;
  for (const auto& [blob, use] : blobs_) {
    AppendVarint64(&out, blob);
    AppendVarint64(&out, use.bytes);
    AppendBitmap(&out, use.live);
  }
  return out;
}

Result<BlobUses> BlobUses::Decode(std::string_view bytes) {
  BlobUses uses;
  ByteReader in(bytes);
  while (!in.empty()) {
    const auto blob = in.ReadVarint64();
    const auto live_bytes = in.ReadVarint64();
    const bool ascends = uses.blobs_.empty() || (blob && uses.blobs_.rbegin()->first < *blob);
    if (!live_bytes || *blob == 0 || !ascends) return Corruption("blobs in use that can't be");
    STRATA_TRY_ASSIGN(Bitmap live, ReadBitmap(&in));
    if (live.size() == 0) return Corruption("a blob of which nothing is in use");
    uses.blobs_[*blob] = {*live_bytes, std::move(live)};
  }
  return uses;
}

}  // namespace strata::sst
