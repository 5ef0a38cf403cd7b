// A hash table inside a data block: a point read goes straight to the restart interval of its key,
// without a binary search over cold cache lines.
//
//   slots := slot u8 * n | n u16         n >= 1
//   slot  := 0 to 253: the restart at which to begin; 254: keys of several restarts met here;
//            255: no key of this block has this hash
//
// Key k's slot is (the low 32 bits of Hash64(k)) * n >> 32. BlockBuilder fills the slots from
// HashSlotsBuilder; Block::Find probes them.
// Thread safety: the builder none; the free functions any.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace strata::sst {

using HashSlot = std::uint8_t;
inline constexpr HashSlot kHashSlotRestartMax = 253;
inline constexpr HashSlot kHashSlotCollision = 254;
inline constexpr HashSlot kHashSlotEmpty = 255;
inline constexpr std::size_t kHashSlotsCountSize = 2;

class HashSlotsBuilder {
 public:
  // `restart` is where a search for the key has to begin. One key may come for several restarts.
  void Add(std::string_view user_key, std::uint32_t restart);

  // Appends the slots and their number and is empty again. False, and nothing appended, when the
  // block has more restarts or keys than slots can tell apart.
  bool Finish(std::string* out);

  std::size_t size_estimate() const { return keys_.size() * 4 / 3 + 1 + kHashSlotsCountSize; }

 private:
  std::vector<std::pair<std::uint32_t, std::uint32_t>> keys_;  // Hash, restart.
};

// The slots that end `bytes`, without their number. Errors: kCorruption.
Result<std::string_view> HashSlotsBefore(std::string_view bytes);

// REQUIRES: !slots.empty().
HashSlot ProbeHashSlots(std::string_view slots, std::string_view user_key);

}  // namespace strata::sst
