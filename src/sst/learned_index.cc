#include "sst/learned_index.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace strata::sst {
namespace {

constexpr std::uint64_t kDataEndMax = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Result<LearnedIndex> LearnedIndex::Decode(std::string_view contents, std::uint64_t limit) {
  ByteReader in(contents);
  const auto version = in.ReadFixed<std::uint8_t>();
  if (!version) return Corruption("an empty learned index");
  if (*version != kLearnedIndexVersion) {
    return Error(ErrorCode::kUnsupported, "learned index version " + std::to_string(*version));
  }
  LearnedIndex index;
  STRATA_TRY_ASSIGN(index.scale_, KeyScale::ReadFrom(&in));
  STRATA_TRY(index.ReadSizes(&in, limit));
  STRATA_TRY(index.ReadSegments(&in));
  if (!in.empty()) return Corruption("bytes after the learned index");
  return index;
}

Status LearnedIndex::ReadSizes(ByteReader* in, std::uint64_t limit) {
  const auto count = in->ReadVarint64();
  if (!count || *count == 0 || *count > in->rest().size()) {
    return Corruption("a learned index of an impossible number of blocks");
  }
  ends_.reserve(*count);
  limit = std::min(limit, kDataEndMax);
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto size = in->ReadVarint64();
    const BlockHandle handle{data_end(), size.value_or(0)};
    if (!size || !LiesBefore(handle, limit)) {
      return Corruption("the learned index names a block of " + std::to_string(handle.size) +
                        " bytes at offset " + std::to_string(handle.offset));
    }
    ends_.push_back(static_cast<std::uint32_t>(EndOf(handle)));
  }
  return {};
}

Status LearnedIndex::ReadSegments(ByteReader* in) {
  const auto count = in->ReadVarint64();
  if (!count || *count == 0 || *count > in->rest().size()) {
    return Corruption("a learned index of an impossible number of segments");
  }
  segments_.reserve(*count);
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto start = in->ReadFixed<std::uint64_t>();
    const auto slope = in->ReadFixed<std::uint64_t>();
    const auto block = in->ReadVarint64();
    const bool first = i == 0;
    if (!start || !slope || !block || *block >= size() || (first && *block != 0) ||
        (!first && (*start <= segments_.back().start || *block <= segments_.back().block))) {
      return Corruption("segment " + std::to_string(i) + " of the learned index is damaged");
    }
    segments_.push_back({*start, *slope, static_cast<std::uint32_t>(*block)});
  }
  return {};
}

std::size_t LearnedIndex::memory_bytes() const {
  return scale_.memory_bytes() + ends_.capacity() * sizeof(std::uint32_t) +
         segments_.capacity() * sizeof(Segment);
}

void LearnedIndexBuilder::AddBlock(std::string_view first_user_key, std::string_view last_user_key,
                                   std::uint64_t size) {
  if (!sizes_.empty() && first_user_key == last_key_) fits_ = false;
  last_key_ = last_user_key;
  first_keys_.emplace_back(first_user_key);
  sizes_.push_back(size);
  data_end_ += size + kTrailerSize;
}

std::optional<std::string> LearnedIndexBuilder::Finish(std::size_t sparse_size) const {
  STRATA_CHECK(!sizes_.empty());
  if (!fits_ || data_end_ > kDataEndMax) return std::nullopt;
  const KeyScale scale = KeyScale::For(first_keys_);
  std::vector<std::uint64_t> numbers;
  numbers.reserve(first_keys_.size());
  for (const std::string& key : first_keys_) numbers.push_back(scale.NumberOf(key));
  const auto segments = FitSegments(numbers);
  if (!segments) return std::nullopt;

  std::string out(1, static_cast<char>(kLearnedIndexVersion));
  scale.AppendTo(&out);
  AppendVarint64(&out, sizes_.size());
  for (const std::uint64_t size : sizes_) AppendVarint64(&out, size);
  AppendVarint64(&out, segments->size());
  for (const Segment& segment : *segments) {
    AppendFixed64(&out, segment.start);
    AppendFixed64(&out, segment.slope);
    AppendVarint64(&out, segment.block);
  }
  if (out.size() >= sparse_size) return std::nullopt;
  const auto index = LearnedIndex::Decode(out, data_end_);
  if (!index.has_value() || !FindsEveryBlock(*index, first_keys_)) return std::nullopt;
  return out;
}

// Guesses never go down as keys go up, so what holds for the first keys of two neighbours holds for
// all keys between them: those of block i are at least at the guess for its first key, and at most
// at the guess for the first key of block i + 1.
bool FindsEveryBlock(const LearnedIndex& index, const std::vector<std::string>& first_keys) {
  for (std::size_t block = 0; block < first_keys.size(); ++block) {
    const std::size_t guess = index.Guess(first_keys[block]);
    if (guess + 1 < block || guess > block) return false;
  }
  return true;
}

}  // namespace strata::sst
