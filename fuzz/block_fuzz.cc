// Any bytes as a block: every way to read it, from both ends and from the middle.
//
// Input: a key and its length in one byte, then the block.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "iter/internal_key.h"
#include "sst/block.h"

namespace {

using strata::MakeInternalKey;
using strata::PackTag;
using strata::sst::Block;
using strata::sst::BlockContents;

// Steps are bounded by the bytes: an entry takes at least eleven.
void Walk(const Block& block, bool forward) {
  const auto cursor = block.NewIterator();
  strata::Status status = forward ? cursor->SeekToFirst() : cursor->SeekToLast();
  std::size_t steps = 0;
  while (status.has_value() && cursor->Valid()) {
    STRATA_CHECK(cursor->key().size() >= strata::kTagSize);
    STRATA_CHECK(++steps <= block.contents().size());
    status = forward ? cursor->Next() : cursor->Prev();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > (std::size_t{1} << 16)) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t key_size = std::min<std::size_t>(data[0] % 16, size - 1);
  const std::string_view user_key = input.substr(1, key_size);
  const auto block = Block::Parse(BlockContents::Copy(input.substr(1 + key_size)));
  if (!block.has_value()) return 0;

  Walk(*block, true);
  Walk(*block, false);
  const std::string target = MakeInternalKey(user_key, 5, strata::kEntryKindForSeek);
  const auto cursor = block->NewIterator();
  static_cast<void>(cursor->Seek(target).has_value());
  static_cast<void>(cursor->SeekForPrev(target).has_value());
  strata::sst::SearchCost cost;
  const auto found = block->Find({user_key, PackTag(5, strata::kEntryKindForSeek)}, &cost);
  if (found.has_value() && found->has_value()) {
    STRATA_CHECK((*found)->value.size() <= block->contents().size());
  }
  return 0;
}
