// Sorted entries of about 4 KiB: what a table is made of. BlockBuilder makes its bytes.
//
//   block   := entry* restart* [slots] word
//   entry   := shared varint | suffix_size varint | value_size varint | suffix | tag u64 | value
//   restart := offset u32 of an entry with shared = 0; ascending; the first is 0
//   word    := u32: bits 0 to 30 the number of restarts (>= 1), bit 31: there are slots
//   slots   := u8* | number of them u16      see sst/block_hash_index.h
//
//   An entry's user key is the first `shared` bytes of the one before, then `suffix`. `shared` is
//   as large as it can be, except at a restart, where it is 0. The tag isn't shared.
//
// Thread safety: any number of threads. Iterators and found entries point into the block.

#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/coding.h"
#include "base/result.h"
#include "iter/internal_key.h"
#include "iter/iterator.h"
#include "sst/block_contents.h"

namespace strata::sst {

inline constexpr std::uint32_t kBlockHasSlots = 1U << 31;  // In the block's last word.

// Bytes that two keys begin with together.
inline std::size_t CommonPrefix(std::string_view a, std::string_view b) {
  const std::size_t size = a.size() < b.size() ? a.size() : b.size();
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    const std::uint64_t differ =
        DecodeFixed<std::uint64_t>(a.data() + i) ^ DecodeFixed<std::uint64_t>(b.data() + i);
    if (differ != 0) return i + static_cast<std::size_t>(std::countr_zero(differ)) / 8;
  }
  while (i < size && a[i] == b[i]) ++i;
  return i;
}

// An internal key in two pieces, so that asking for one needs no memory.
struct LookupKey {
  std::string_view user_key;
  std::uint64_t tag;

  static LookupKey Of(std::string_view internal_key) {
    return {UserKeyOf(internal_key), TagOf(internal_key)};
  }
};

// Negative, zero or positive, as `a` sorts before, with or after `b`.
inline int CompareKeys(const LookupKey& a, const LookupKey& b) {
  if (const int order = a.user_key.compare(b.user_key); order != 0) return order;
  return a.tag == b.tag ? 0 : (a.tag > b.tag ? -1 : 1);
}

struct BlockEntry {
  std::uint64_t tag;
  std::string_view value;  // Holds as long as the block's bytes do.
};

// What searches cost; members only grow.
struct SearchCost {
  std::uint64_t comparisons = 0;  // Keys looked at.
  std::uint64_t hash_hits = 0;    // Searches that the hash index answered or cut short.
};

class Block {
 public:
  // Any bytes may come: what breaks the format is kCorruption, here or at the entry concerned,
  // and the message says where in the block.
  static Result<Block> Parse(BlockContents contents);

  Block(Block&&) noexcept = default;
  Block& operator=(Block&&) noexcept = default;

  // The first entry at or after `target` if it has `target`'s user key. No memory is allocated.
  Result<std::optional<BlockEntry>> Find(const LookupKey& target, SearchCost* cost) const;

  std::unique_ptr<InternalIterator> NewIterator() const;

  // The view points into the block. Errors: kCorruption.
  Result<std::string_view> FirstUserKey() const;
  // True iff every entry's user key is before `user_key`. Errors: kCorruption.
  Result<bool> EndsBefore(std::string_view user_key) const;

  std::string_view contents() const { return contents_.bytes; }
  std::uint32_t restarts() const { return restarts_; }
  // Memory held: what a cache charges.
  std::size_t size_bytes() const { return sizeof(Block) + contents_.owned_size; }
  // Slots of the hash index; empty when the block has none.
  std::string_view hash_slots() const { return hash_slots_; }

 private:
  friend class BlockIterator;

  explicit Block(BlockContents contents) : contents_(std::move(contents)) {}

  Result<std::optional<BlockEntry>> Scan(std::uint32_t from, const LookupKey& target,
                                         SearchCost* cost) const;
  // The last restart whose key is before `target`, or 0.
  Result<std::uint32_t> SearchRestarts(const LookupKey& target, SearchCost* cost) const;
  std::uint32_t RestartOffset(std::uint32_t index) const {
    STRATA_DCHECK(index < restarts_);
    return DecodeFixed<std::uint32_t>(contents_.bytes.data() + entries_end_ +
                                      index * sizeof(std::uint32_t));
  }

  BlockContents contents_;
  std::uint32_t entries_end_ = 0;  // Where the entries end and the restarts begin.
  std::uint32_t restarts_ = 0;
  std::string_view hash_slots_;
};

// The cursor behind Block::NewIterator, for those who move one from block to block.
class BlockIterator final : public InternalIterator {
 public:
  BlockIterator() = default;
  // `block` must outlive the iterator, or its next Reset. Null: an iterator over nothing.
  explicit BlockIterator(const Block* block) : block_(block) {}

  // As newly made, over another block; the memory for keys is kept.
  void Reset(const Block* block);

  bool Valid() const override { return valid_; }
  Status SeekToFirst() override;
  Status SeekToLast() override;
  Status Seek(std::string_view target) override;
  Status SeekForPrev(std::string_view target) override;
  Status Next() override;
  Status Prev() override;
  std::string_view key() const override { return {buffer_.data(), key_size_}; }
  std::string_view value() const override { return value_; }
  std::size_t Take(std::span<EntryView> out) override;

  // Keys compared since the last call.
  std::uint64_t TakeComparisons() { return std::exchange(cost_.comparisons, 0); }

 private:
  // Reads the entry at `offset`, whose predecessor's key is in buffer_ (or none, at a restart).
  Status ReadEntry(std::uint32_t offset);
  Status SeekToRestart(std::uint32_t index);
  // Takes the entry from `offset` to `next`, whose key is in buffer_, from any restart before on.
  void StandOn(std::uint32_t offset, std::uint32_t next, std::string_view value);
  Status Fail(std::uint32_t offset);

  const Block* block_ = nullptr;
  bool valid_ = false;
  std::uint32_t offset_ = 0;   // Of the current entry.
  std::uint32_t next_ = 0;     // Of the one after it.
  std::uint32_t restart_ = 0;  // The restart at or before the current entry.
  std::string buffer_;         // The current internal key, and room.
  std::size_t key_size_ = 0;
  std::string_view value_;
  SearchCost cost_;
  std::unique_ptr<char[]> taken_;  // Keys that Take handed out.
};

}  // namespace strata::sst
