#include "sst/table_index.h"

#include <algorithm>

#include "base/coding.h"

namespace strata::sst {
namespace {

constexpr std::size_t kSample = 16;  // Prefixes: two lines of the cache.

Result<BlockHandle> DecodeHandle(std::string_view value, std::uint64_t expected_offset,
                                 std::uint64_t limit) {
  ByteReader reader(value);
  const auto offset = reader.ReadVarint64();
  const auto size = reader.ReadVarint64();
  if (!offset || !size || !reader.empty()) return Corruption("an index entry is damaged");
  const BlockHandle handle{*offset, *size};
  if (handle.offset != expected_offset || !LiesBefore(handle, limit)) {
    return Corruption("the index names a block of " + std::to_string(handle.size) +
                      " bytes at offset " + std::to_string(handle.offset) + ", but offset " +
                      std::to_string(expected_offset) + " is due");
  }
  return handle;
}

}  // namespace

Result<TableIndex> TableIndex::Decode(BlockContents contents,
                                      [[maybe_unused]] std::uint32_t features,
                                      std::uint64_t limit) {
  if ((features & kFeatureLearnedIndex) != 0) {
    TableIndex index;
    STRATA_TRY_ASSIGN(index.learned_, LearnedIndex::Decode(contents.bytes, limit));
    return index;
  }
  STRATA_TRY_ASSIGN(const Block block, Block::Parse(std::move(contents)));
  return Decode(block, limit);
}

Result<TableIndex> TableIndex::Decode(const Block& block, std::uint64_t limit) {
  TableIndex index;
  index.data_ends_.reserve(block.restarts());  // One entry each.
  index.ends_.reserve(block.restarts() + 1);
  BlockIterator entry(&block);
  STRATA_TRY(entry.SeekToFirst());
  while (entry.Valid()) {
    if (index.size() > 0 && CompareInternalKeys(index.key(index.size() - 1), entry.key()) >= 0) {
      return Corruption("the index isn't sorted");
    }
    STRATA_TRY_ASSIGN(const BlockHandle handle,
                      DecodeHandle(entry.value(), index.data_end(), limit));
    index.data_ends_.push_back(EndOf(handle));
    index.keys_.append(entry.key());
    index.ends_.push_back(index.keys_.size());
    STRATA_TRY(entry.Next());
  }
  index.keys_.shrink_to_fit();
  index.BuildPrefixes();
  return index;
}

void TableIndex::BuildPrefixes() {
  if (size() == 0) return;
  const std::string_view first = UserKeyOf(key(0));
  common_ = first.substr(0, CommonPrefix(first, UserKeyOf(key(size() - 1))));
  prefixes_.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) prefixes_.push_back(PrefixAt(UserKeyOf(key(i))));
  samples_.reserve(size() / kSample);
  for (std::size_t i = kSample; i <= size(); i += kSample) samples_.push_back(prefixes_[i - 1]);
}

// The samples stay in the cache, and lead to two of its lines, which come at the same time. No step
// is a branch, as half of them would be guessed wrong.
std::size_t TableIndex::FirstAtOrAfter(std::uint64_t prefix) const {
  const std::uint64_t* sample = samples_.data();
  std::size_t left = samples_.size();
  for (; left > 1; left -= left / 2) {
    sample += static_cast<std::size_t>(sample[left / 2 - 1] < prefix) * (left / 2);
  }
  auto group = static_cast<std::size_t>(sample - samples_.data());
  if (left == 1 && *sample < prefix) ++group;
  const std::size_t from = group * kSample;
  const std::size_t end = std::min(from + kSample, prefixes_.size());
  std::size_t before = 0;
  for (std::size_t i = from; i < end; ++i) before += prefixes_[i] < prefix ? 1 : 0;
  return from + before;
}

std::size_t TableIndex::Find(const LookupKey& target) const {
  if (const int order = target.user_key.substr(0, common_.size()).compare(common_); order != 0) {
    return order < 0 ? 0 : size();
  }
  const std::uint64_t prefix = PrefixAt(target.user_key);
  const auto low = prefixes_.begin() + static_cast<std::ptrdiff_t>(FirstAtOrAfter(prefix));
  const bool ties = low != prefixes_.end() && *low == prefix;
  const auto high = ties ? std::upper_bound(low, prefixes_.end(), prefix) : low;
  auto first = static_cast<std::size_t>(low - prefixes_.begin());
  auto last = static_cast<std::size_t>(high - prefixes_.begin());
  while (first < last) {  // Keys of equal prefixes: compare them whole.
    const std::size_t middle = first + (last - first) / 2;
    if (CompareKeys(LookupKey::Of(key(middle)), target) < 0) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

std::size_t TableIndex::memory_bytes() const {
  if (learned_) return learned_->memory_bytes();
  return keys_.capacity() + common_.capacity() + samples_.capacity() * sizeof(std::uint64_t) +
         (data_ends_.capacity() + ends_.capacity() + prefixes_.capacity()) * sizeof(std::uint64_t);
}

}  // namespace strata::sst
