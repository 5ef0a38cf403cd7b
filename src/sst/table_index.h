// A table's index, decoded: for each data block where it is and a key at or after its last one.
// Searches compare eight bytes in a register, after the prefix that all keys have in common;
// only ties look at whole keys. Or it is learned, without keys: see sst/learned_index.h.
//
// Thread safety: immutable.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sst/block.h"
#include "sst/learned_index.h"
#include "sst/table_format.h"

namespace strata::sst {

class TableIndex {
 public:
  // Errors: kCorruption if keys don't ascend or data blocks don't lie side by side from the start
  // of the file and before `limit`.
  static Result<TableIndex> Decode(const Block& block, std::uint64_t limit);
  // The index block of a table with `features`.
  static Result<TableIndex> Decode(BlockContents contents, std::uint32_t features,
                                   std::uint64_t limit);

  std::size_t size() const {
    if (learned_) return learned_->size();
    return data_ends_.size();
  }
  BlockHandle handle(std::size_t i) const {
    if (learned_) return learned_->handle(i);
    const std::uint64_t offset = i == 0 ? 0 : data_ends_[i - 1];
    return {offset, data_ends_[i] - offset - kTrailerSize};
  }
  // Null when the index has keys. A learned one has none: key() and Find() aren't for it.
  const LearnedIndex* learned() const { return learned_ ? &*learned_ : nullptr; }
  // At or after every key of block i, before every key of block i + 1.
  std::string_view key(std::size_t i) const {
    return std::string_view(keys_).substr(ends_[i], ends_[i + 1] - ends_[i]);
  }

  // The only block that can hold the first entry at or after `target` with target's user key; it
  // holds, or the one after it begins with, the first entry at or after `target`. size() when all
  // entries are before.
  std::size_t Find(const LookupKey& target) const;

  // One past the last data block's trailer.
  std::uint64_t data_end() const {
    if (learned_) return learned_->data_end();
    return data_ends_.empty() ? 0 : data_ends_.back();
  }
  std::size_t memory_bytes() const;

 private:
  void BuildPrefixes();
  std::uint64_t PrefixAt(std::string_view user_key) const {
    return KeyPrefix(user_key.substr(common_.size()));
  }
  std::size_t FirstAtOrAfter(std::uint64_t prefix) const;  // In prefixes_.

  std::vector<std::uint64_t> data_ends_;  // Of the data blocks, which lie side by side.
  std::string keys_;                      // One after another.
  std::vector<std::uint64_t> ends_{0};    // ends_[i] is where key i begins in keys_.
  std::string common_;                    // Begins every user key.
  std::vector<std::uint64_t> prefixes_;   // Of what follows common_.
  std::vector<std::uint64_t> samples_;    // The last of each kSample prefixes.
  std::optional<LearnedIndex> learned_;   // In the place of all the others.
};

}  // namespace strata::sst
