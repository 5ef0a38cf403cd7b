#include "sst/block.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/coding.h"
#include "sst/block_hash_index.h"
#include "sst/prefetch.h"
#include "sst/table_format.h"

namespace strata::sst {
namespace {

struct RawEntry {
  std::uint64_t shared;
  std::string_view suffix;
  std::uint64_t tag;
  std::string_view value;
  const char* end;
};

// The three sizes that begin an entry; null when they are cut short. Most are one byte each.
inline const char* DecodeSizes(const char* in, const char* limit, std::uint64_t sizes[3]) {
  if (limit - in >= 3) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(in);
    sizes[0] = bytes[0];
    sizes[1] = bytes[1];
    sizes[2] = bytes[2];
    if ((bytes[0] | bytes[1] | bytes[2]) < 0x80) return in + 3;
  }
  for (int i = 0; i < 3 && in != nullptr; ++i) in = DecodeVarint64(in, limit, &sizes[i]);
  return in;
}

// False when the entry at `in` doesn't fit before `limit` or shares more than `shared_max`.
inline bool DecodeEntry(const char* in, const char* limit, std::uint64_t shared_max,
                        RawEntry* out) {
  std::uint64_t sizes[3];
  in = DecodeSizes(in, limit, sizes);
  if (in == nullptr || sizes[0] > shared_max) return false;
  auto room = static_cast<std::uint64_t>(limit - in);
  if (room < kTagSize || sizes[1] > room - kTagSize) return false;
  room -= sizes[1] + kTagSize;
  if (sizes[2] > room || sizes[1] > kUserKeySizeMax - sizes[0]) return false;
  out->shared = sizes[0];
  out->suffix = std::string_view(in, sizes[1]);
  in += sizes[1];
  out->tag = DecodeFixed<std::uint64_t>(in);
  in += kTagSize;
  out->value = std::string_view(in, sizes[2]);
  out->end = in + sizes[2];
  return true;
}

constexpr std::size_t kTakenBytes = 960;  // With the room behind it a size that malloc has at hand.
constexpr std::size_t kShortKey = 32;

constexpr std::size_t SlotFor(std::size_t key_size) {
  return (key_size + kShortKey - 1) / kShortKey * kShortKey;
}

// Puts a key together at `out`, where there is room for it and kShortKey bytes more; `before` has a
// slot. Short keys are copied as two pieces of a known size: a few instructions.
inline void JoinKey(const char* before, const RawEntry& entry, const char* limit, char* out) {
  const std::size_t own = entry.suffix.size() + kTagSize;
  const char* const suffix = entry.suffix.data();
  if (entry.shared <= kShortKey && own <= kShortKey &&
      static_cast<std::size_t>(limit - suffix) >= kShortKey) {
    std::memcpy(out, before, kShortKey);
    std::memcpy(out + entry.shared, suffix, kShortKey);
  } else {
    std::memcpy(out, before, entry.shared);
    std::memcpy(out + entry.shared, suffix, own);
  }
}

// Only an entry tells where the next one is, so a walk waits for memory at each. A search walks
// about this far, and asks for all of that at once, unless the whole block was asked for: one of a
// mapped file, which owns no memory.
inline void PrefetchEntries(const BlockContents& block, const char* from, const char* limit) {
  constexpr std::ptrdiff_t kBytesMax = 2048;
  if (block.owned == nullptr && block.bytes.size() <= kPrefetchedBlockMax) return;
  PrefetchLines({from, static_cast<std::size_t>(std::min(limit - from, kBytesMax))});
}

Error DamagedEntry(std::uint64_t offset) {
  return Corruption("the entry at byte " + std::to_string(offset) + " of the block is damaged");
}

}  // namespace

Result<Block> Block::Parse(BlockContents contents) {
  Block block(std::move(contents));
  const std::string_view bytes = block.contents_.bytes;
  if (bytes.size() < sizeof(std::uint32_t) || bytes.size() > kBlockContentsSizeMax) {
    return Corruption("a block can't have " + std::to_string(bytes.size()) + " bytes");
  }
  std::size_t end = bytes.size() - sizeof(std::uint32_t);
  const auto word = DecodeFixed<std::uint32_t>(bytes.data() + end);
  if ((word & kBlockHasSlots) != 0) {
    STRATA_TRY_ASSIGN(block.hash_slots_, HashSlotsBefore(bytes.substr(0, end)));
    end -= block.hash_slots_.size() + kHashSlotsCountSize;
  }
  block.restarts_ = word & ~kBlockHasSlots;
  if (block.restarts_ == 0 || block.restarts_ > end / sizeof(std::uint32_t)) {
    return Corruption("a block of " + std::to_string(bytes.size()) + " bytes can't have " +
                      std::to_string(block.restarts_) + " restarts");
  }
  block.entries_end_ = static_cast<std::uint32_t>(end - block.restarts_ * sizeof(std::uint32_t));
  return block;
}

Result<std::uint32_t> Block::SearchRestarts(const LookupKey& target, SearchCost* cost) const {
  const char* const base = contents_.bytes.data();
  std::uint32_t low = 0;           // Invariant: restart `low` is before target, or 0.
  std::uint32_t high = restarts_;  // Invariant: restart `high` isn't, or is past the last.
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    const std::uint32_t offset = RestartOffset(middle);
    RawEntry entry;
    if (offset >= entries_end_ || !DecodeEntry(base + offset, base + entries_end_, 0, &entry)) {
      return DamagedEntry(offset);
    }
    ++cost->comparisons;
    (CompareKeys({entry.suffix, entry.tag}, target) < 0 ? low : high) = middle;
  }
  return low;
}

Result<std::optional<BlockEntry>> Block::Find(const LookupKey& target, SearchCost* cost) const {
  if (!hash_slots_.empty()) {
    const HashSlot slot = ProbeHashSlots(hash_slots_, target.user_key);
    if (slot != kHashSlotCollision) ++cost->hash_hits;
    if (slot == kHashSlotEmpty) return std::optional<BlockEntry>();
    if (slot < restarts_) return Scan(RestartOffset(slot), target, cost);
  }
  STRATA_TRY_ASSIGN(const std::uint32_t restart, SearchRestarts(target, cost));
  return Scan(RestartOffset(restart), target, cost);
}

// No key is put together: of each entry it is enough to know how many bytes the entry before had in
// common with the target. An entry that shares more than that with its predecessor is on the same
// side of the target; one that shares less has a greater byte where the target and its
// predecessor agree, so it is past the target.
Result<std::optional<BlockEntry>> Block::Scan(std::uint32_t from, const LookupKey& target,
                                              SearchCost* cost) const {
  const char* const base = contents_.bytes.data();
  const char* const limit = base + entries_end_;
  if (from >= entries_end_) return DamagedEntry(from);
  PrefetchEntries(contents_, base + from, limit);
  std::size_t matched = 0;     // Bytes that the previous key and the target have in common.
  std::uint64_t previous = 0;  // Size of the previous key.
  RawEntry entry;
  for (const char* in = base + from; in < limit; in = entry.end) {
    if (!DecodeEntry(in, limit, previous, &entry)) {
      return DamagedEntry(static_cast<std::uint64_t>(in - base));
    }
    previous = entry.shared + entry.suffix.size();
    if (entry.shared > matched) continue;
    ++cost->comparisons;
    if (entry.shared == 0) matched = 0;  // Maybe a restart: nothing is known of its bytes.
    if (entry.shared < matched) return std::optional<BlockEntry>();
    const std::string_view rest = target.user_key.substr(matched);
    const std::size_t common = CommonPrefix(entry.suffix, rest);
    matched += common;
    if (common == rest.size() && common == entry.suffix.size()) {
      if (entry.tag <= target.tag) return std::optional(BlockEntry{entry.tag, entry.value});
    } else if (common == rest.size() ||
               (common < entry.suffix.size() && static_cast<std::uint8_t>(entry.suffix[common]) >
                                                    static_cast<std::uint8_t>(rest[common]))) {
      return std::optional<BlockEntry>();
    }
  }
  return std::optional<BlockEntry>();
}

std::unique_ptr<InternalIterator> Block::NewIterator() const {
  return std::make_unique<BlockIterator>(this);
}

Result<std::string_view> Block::FirstUserKey() const {
  const char* const base = contents_.bytes.data();
  RawEntry entry;
  if (entries_end_ == 0 || !DecodeEntry(base, base + entries_end_, 0, &entry)) {
    return DamagedEntry(0);
  }
  return entry.suffix;
}

Result<bool> Block::EndsBefore(std::string_view user_key) const {
  BlockIterator last(this);
  STRATA_TRY(last.SeekToLast());
  return UserKeyOf(last.key()) < user_key;
}

void BlockIterator::Reset(const Block* block) {
  block_ = block;
  valid_ = false;
}

Status BlockIterator::Fail(std::uint32_t offset) {
  valid_ = false;
  return DamagedEntry(offset);
}

Status BlockIterator::ReadEntry(std::uint32_t offset) {
  const char* const base = block_->contents_.bytes.data();
  const std::size_t shared_max = key_size_ == 0 ? 0 : key_size_ - kTagSize;
  RawEntry entry;
  if (offset >= block_->entries_end_ ||
      !DecodeEntry(base + offset, base + block_->entries_end_, shared_max, &entry)) {
    return Fail(offset);
  }
  const std::size_t own = entry.suffix.size() + kTagSize;  // The tag follows the suffix.
  key_size_ = entry.shared + own;
  if (buffer_.size() < key_size_) buffer_.resize(key_size_ * 2);
  std::memcpy(buffer_.data() + entry.shared, entry.suffix.data(), own);
  value_ = entry.value;
  offset_ = offset;
  next_ = static_cast<std::uint32_t>(entry.end - base);
  valid_ = true;
  return {};
}

Status BlockIterator::SeekToRestart(std::uint32_t index) {
  restart_ = index;
  key_size_ = 0;
  return ReadEntry(block_->RestartOffset(index));
}

Status BlockIterator::SeekToFirst() {
  valid_ = false;
  if (block_ == nullptr) return {};
  return SeekToRestart(0);
}

Status BlockIterator::SeekToLast() {
  valid_ = false;
  if (block_ == nullptr) return {};
  STRATA_TRY(SeekToRestart(block_->restarts_ - 1));
  while (next_ < block_->entries_end_) STRATA_TRY(ReadEntry(next_));
  return {};
}

// As Block::Scan: no key is put together but the last one, which begins with bytes of the target.
Status BlockIterator::Seek(std::string_view target) {
  valid_ = false;
  if (block_ == nullptr) return {};
  const LookupKey wanted = LookupKey::Of(target);
  STRATA_TRY_ASSIGN(restart_, block_->SearchRestarts(wanted, &cost_));
  const char* const base = block_->contents_.bytes.data();
  const char* const limit = base + block_->entries_end_;
  const std::uint32_t from = block_->RestartOffset(restart_);
  if (from >= block_->entries_end_) return Fail(from);
  PrefetchEntries(block_->contents_, base + from, limit);
  std::size_t matched = 0;     // Bytes that the previous key and the target have in common.
  std::uint64_t previous = 0;  // Size of the previous key.
  RawEntry entry;
  for (const char* in = base + from; in < limit; in = entry.end) {
    const auto offset = static_cast<std::uint32_t>(in - base);
    if (!DecodeEntry(in, limit, previous, &entry)) return Fail(offset);
    previous = entry.shared + entry.suffix.size();
    if (entry.shared > matched) continue;
    ++cost_.comparisons;
    if (entry.shared == 0) matched = 0;
    if (entry.shared == matched) {
      const std::string_view rest = wanted.user_key.substr(matched);
      const std::size_t common = CommonPrefix(entry.suffix, rest);
      const LookupKey own{entry.suffix.substr(common), entry.tag};
      matched += common;
      if (CompareKeys(own, {rest.substr(common), wanted.tag}) < 0) continue;
    }
    key_size_ = previous + kTagSize;
    if (buffer_.size() < key_size_) buffer_.resize(key_size_ * 2);
    std::memcpy(buffer_.data(), wanted.user_key.data(), entry.shared);
    std::memcpy(buffer_.data() + entry.shared, entry.suffix.data(), key_size_ - entry.shared);
    StandOn(offset, static_cast<std::uint32_t>(entry.end - base), entry.value);
    return {};
  }
  return {};
}

void BlockIterator::StandOn(std::uint32_t offset, std::uint32_t next, std::string_view value) {
  offset_ = offset;
  next_ = next;
  value_ = value;
  valid_ = true;
  while (restart_ + 1 < block_->restarts_ && offset >= block_->RestartOffset(restart_ + 1)) {
    ++restart_;
  }
}

Status BlockIterator::SeekForPrev(std::string_view target) {
  STRATA_TRY(Seek(target));
  if (!valid_) return SeekToLast();
  return CompareInternalKeys(key(), target) > 0 ? Prev() : Status();
}

Status BlockIterator::Next() {
  STRATA_DCHECK(valid_);
  if (next_ >= block_->entries_end_) {
    valid_ = false;
    return {};
  }
  if (restart_ + 1 < block_->restarts_ && next_ >= block_->RestartOffset(restart_ + 1)) ++restart_;
  return ReadEntry(next_);
}

// Keys can only be put together forwards: begin at the restart before, and stop one short.
Status BlockIterator::Prev() {
  STRATA_DCHECK(valid_);
  const std::uint32_t current = offset_;
  while (restart_ > 0 && block_->RestartOffset(restart_) >= current) --restart_;
  if (block_->RestartOffset(restart_) >= current) {
    valid_ = false;  // It was the first entry.
    return {};
  }
  STRATA_TRY(SeekToRestart(restart_));
  while (next_ < current) STRATA_TRY(ReadEntry(next_));
  return next_ == current ? Status() : Fail(next_);
}

// Ends before an entry that is damaged or of unknown kind: the move to it says so.
std::size_t BlockIterator::Take(std::span<EntryView> out) {
  STRATA_DCHECK(valid_);
  if (key_size_ > kTakenBytes) return InternalIterator::Take(out);
  if (taken_ == nullptr) {
    taken_ = std::make_unique_for_overwrite<char[]>(kTakenBytes + 2 * kShortKey);
  }
  const char* const base = block_->contents_.bytes.data();
  const char* const limit = base + block_->entries_end_;
  char* key = taken_.get();
  char* const end = key + kTakenBytes;
  std::size_t size = key_size_;
  std::memcpy(key, buffer_.data(), size);
  out[0] = EntryView::Of({key, size}, value_);
  std::size_t count = 1;
  std::uint32_t offset = offset_;
  std::uint32_t end_offset = next_;
  RawEntry entry;
  for (const char* in = base + next_; count < out.size() && in < limit; in = entry.end) {
    if (!DecodeEntry(in, limit, size - kTagSize, &entry)) break;
    const std::size_t next_size = entry.shared + entry.suffix.size() + kTagSize;
    char* const next = key + SlotFor(size);
    if (next_size > static_cast<std::size_t>(end - next)) break;
    if (static_cast<EntryKind>(entry.tag & 0xff) > kEntryKindLast) break;
    JoinKey(key, entry, limit, next);
    key = next;
    size = next_size;
    out[count++] = EntryView::Of({key, size}, entry.value);
    offset = static_cast<std::uint32_t>(in - base);
    end_offset = static_cast<std::uint32_t>(entry.end - base);
  }
  if (buffer_.size() < size) buffer_.resize(size * 2);
  std::memcpy(buffer_.data(), key, size);
  key_size_ = size;
  StandOn(offset, end_offset, out[count - 1].value());
  return count;
}
}  // namespace strata::sst
