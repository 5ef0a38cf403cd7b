// The bytes of one block: in memory of their own, or inside a mapped file.
//
// Thread safety: values; reading is free of races.

#pragma once

#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace strata::sst {

struct BlockContents {
  std::string_view bytes;
  std::unique_ptr<char[]> owned;  // Holds `bytes`; null when something else does.
  std::size_t owned_size = 0;

  // Something else holds the bytes, and longer than this lives.
  static BlockContents View(std::string_view bytes) { return {bytes, nullptr, 0}; }

  static BlockContents Copy(std::string_view bytes) {
    BlockContents copy = Uninitialised(bytes.size());
    if (!bytes.empty()) std::memcpy(copy.owned.get(), bytes.data(), bytes.size());
    return copy;
  }

  // To be filled through `owned`.
  static BlockContents Uninitialised(std::size_t size) {
    auto owned = std::make_unique_for_overwrite<char[]>(size);
    const std::string_view bytes(owned.get(), size);
    return {bytes, std::move(owned), size};
  }
};

}  // namespace strata::sst
