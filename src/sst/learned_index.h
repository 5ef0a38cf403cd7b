// A table's index without keys: lines over the blocks' first keys guess a block, and the keys in
// the block say whether it is that one or a neighbour. The blocks decide, never the lines, so a bad
// line costs reads but can't give a wrong answer.
//
//   index   := version u8 = 1 | scale | blocks varint | size varint * | segments varint | segment *
//   scale   := common prefix, length varint before it | digits varint | (low u8 | high u8) *
//   segment := start u64 | slope u64 | block varint       starts and blocks ascend, from block 0
//   A size is that of a block's contents; data blocks lie side by side from the start of the file.
//
// It stands in the place of the sparse index where the footer has kFeatureLearnedIndex.
// Thread safety: the builder none; a LearnedIndex is immutable.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sst/learned_model.h"
#include "sst/table_format.h"

namespace strata::sst {

inline constexpr std::uint8_t kLearnedIndexVersion = 1;

class LearnedIndex {
 public:
  // `contents` are any bytes; data blocks must end at or before `limit`.
  // Errors: kCorruption; kUnsupported for a newer version.
  static Result<LearnedIndex> Decode(std::string_view contents, std::uint64_t limit);

  // Of a table that the builder made: the block that holds `user_key`, if any does, or one beside
  // it. Of any other: some block. REQUIRES: size() > 0.
  std::size_t Guess(std::string_view user_key) const {
    return GuessBlock(segments_, size(), scale_.NumberOf(user_key));
  }

  std::size_t size() const { return ends_.size(); }
  BlockHandle handle(std::size_t i) const {
    const std::uint64_t offset = i == 0 ? 0 : ends_[i - 1];
    return {offset, ends_[i] - offset - kTrailerSize};
  }
  std::uint64_t data_end() const { return ends_.empty() ? 0 : ends_.back(); }
  const std::vector<Segment>& segments() const { return segments_; }
  std::size_t memory_bytes() const;

 private:
  Status ReadSizes(ByteReader* in, std::uint64_t limit);
  Status ReadSegments(ByteReader* in);

  KeyScale scale_;
  std::vector<std::uint32_t> ends_;  // Of each block with its trailer.
  std::vector<Segment> segments_;
};

class LearnedIndexBuilder {
 public:
  // In the order of the file. `size`: of the contents as stored.
  void AddBlock(std::string_view first_user_key, std::string_view last_user_key,
                std::uint64_t size);

  // The index's bytes, after every block was looked up with what they decode to. Nothing when the
  // keys don't fit: a user key in two blocks, too many blocks beginning alike, 4 GiB of blocks, or
  // no fewer bytes than `sparse_size`.
  std::optional<std::string> Finish(std::size_t sparse_size) const;

 private:
  std::vector<std::string> first_keys_;
  std::string last_key_;
  std::vector<std::uint64_t> sizes_;
  std::uint64_t data_end_ = 0;
  bool fits_ = true;
};

// True iff `index` finds each of the blocks that begin with `first_keys`, and every key between two
// of them, at most one block off.
bool FindsEveryBlock(const LearnedIndex& index, const std::vector<std::string>& first_keys);

}  // namespace strata::sst
