#include "sst/block_hash_index.h"

#include "base/coding.h"
#include "base/hash.h"

namespace strata::sst {
namespace {

constexpr std::size_t kSlotsMax = 0xffff;

std::uint32_t HashOf(std::string_view user_key) {
  return static_cast<std::uint32_t>(Hash64(user_key));
}

// Spreads 32-bit hashes over [0, count) without a division.
std::size_t SlotOf(std::uint32_t hash, std::size_t count) {
  return static_cast<std::size_t>(std::uint64_t{hash} * count >> 32);
}

}  // namespace

void HashSlotsBuilder::Add(std::string_view user_key, std::uint32_t restart) {
  keys_.emplace_back(HashOf(user_key), restart);
}

bool HashSlotsBuilder::Finish(std::string* out) {
  const auto keys = std::exchange(keys_, {});
  const std::size_t count = keys.size() * 4 / 3 + 1;
  if (keys.empty() || keys.back().second > kHashSlotRestartMax || count > kSlotsMax) return false;
  const std::size_t start = out->size();
  out->append(count, static_cast<char>(kHashSlotEmpty));
  for (const auto& [hash, restart] : keys) {
    char& slot = (*out)[start + SlotOf(hash, count)];
    const auto wanted = static_cast<char>(restart);
    if (slot != wanted) {
      slot = slot == static_cast<char>(kHashSlotEmpty) ? wanted
                                                       : static_cast<char>(kHashSlotCollision);
    }
  }
  AppendFixed16(out, static_cast<std::uint16_t>(count));
  return true;
}

Result<std::string_view> HashSlotsBefore(std::string_view bytes) {
  if (bytes.size() < kHashSlotsCountSize) return Corruption("a block without room for its slots");
  bytes.remove_suffix(kHashSlotsCountSize);
  const auto count = DecodeFixed<std::uint16_t>(bytes.data() + bytes.size());
  if (count == 0 || count > bytes.size()) {
    return Corruption("a block can't have " + std::to_string(count) + " hash slots");
  }
  return bytes.substr(bytes.size() - count);
}

HashSlot ProbeHashSlots(std::string_view slots, std::string_view user_key) {
  return static_cast<HashSlot>(slots[SlotOf(HashOf(user_key), slots.size())]);
}

}  // namespace strata::sst
