// What a table holds in place of a value that lives in a blob file.
//
//   pointer := blob id varint | ordinal varint | length varint
//
// The id names the blob for ever; which file holds it the version knows (version.h), so that a
// blob can move to another file while no table changes. The ordinal counts the values that were
// given to the blob, from 0; the length is the value's, uncompressed.
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bitmap.h"
#include "base/coding.h"

namespace strata {

using BlobId = std::uint64_t;  // The number of the first file that held it.

inline constexpr std::uint64_t kBlobValuesMax = Bitmap::kSizeMax;  // In one blob.
inline constexpr std::uint64_t kBlobValueSizeMax = UINT32_MAX;

struct BlobPointer {
  BlobId blob = 0;
  std::uint32_t ordinal = 0;
  std::uint32_t length = 0;

  bool operator==(const BlobPointer&) const = default;
};

inline void AppendBlobPointer(std::string* out, const BlobPointer& pointer) {
  AppendVarint64(out, pointer.blob);
  AppendVarint64(out, pointer.ordinal);
  AppendVarint64(out, pointer.length);
}

// Nothing when `bytes` aren't a pointer and nothing else.
inline std::optional<BlobPointer> DecodeBlobPointer(std::string_view bytes) {
  ByteReader in(bytes);
  const auto blob = in.ReadVarint64();
  const auto ordinal = in.ReadVarint64();
  const auto length = in.ReadVarint64();
  if (!length || !in.empty() || *blob == 0 || *ordinal >= kBlobValuesMax ||
      *length > kBlobValueSizeMax) {
    return std::nullopt;
  }
  return BlobPointer{*blob, static_cast<std::uint32_t>(*ordinal),
                     static_cast<std::uint32_t>(*length)};
}

}  // namespace strata
