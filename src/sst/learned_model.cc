#include "sst/learned_model.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "sst/block.h"

namespace strata::sst {
namespace {

__extension__ using Wide = unsigned __int128;  // Not in the standard; both compilers have it.

// The slopes that a line may have; none when low > high.
struct Slopes {
  std::uint64_t low = 0;
  std::uint64_t high = std::numeric_limits<std::uint64_t>::max();
};

// Those that lead from `from` to where block `block` begins, at `number`. When block + 1 begins
// there too (`tie`), the line has to pass above: only `block` is next to all that it may stand for.
Slopes SlopesTo(const Segment& from, std::uint64_t number, std::size_t block, bool tie) {
  const Wide run = number - from.start;
  const Wide rise = static_cast<Wide>(block - from.block) << kSlopeBits;
  const Wide low = (rise - (tie ? 0 : kLineTolerance) + run - 1) / run;
  const Wide high = (rise + kLineTolerance - 1) / run;
  constexpr Wide kMax = std::numeric_limits<std::uint64_t>::max();
  if (low > kMax) return {1, 0};
  return {static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(std::min(high, kMax))};
}

// The smallest and the largest byte that `keys` have at `place`; nothing when all are shorter.
std::optional<std::pair<std::uint8_t, std::uint8_t>> BytesAt(const std::vector<std::string>& keys,
                                                             std::size_t place) {
  std::optional<std::pair<std::uint8_t, std::uint8_t>> range;
  for (const std::string& key : keys) {
    if (key.size() <= place) continue;
    const auto byte = static_cast<std::uint8_t>(key[place]);
    if (!range) range = {byte, byte};
    range->first = std::min(range->first, byte);
    range->second = std::max(range->second, byte);
  }
  return range;
}

}  // namespace

KeyScale KeyScale::For(const std::vector<std::string>& keys) {
  KeyScale scale;
  if (keys.empty()) return scale;
  scale.common_ = keys.front().substr(0, CommonPrefix(keys.front(), keys.back()));
  while (const auto range = BytesAt(keys, scale.common_.size() + scale.digits_.size())) {
    if (!scale.AddDigit(range->first, range->second)) break;
  }
  scale.SetWeights();
  return scale;
}

bool KeyScale::AddDigit(std::uint8_t low, std::uint8_t high) {
  const std::uint64_t base = std::uint64_t{high} - low + 1;
  const Wide room = room_ == 0 ? Wide{1} << 64 : Wide{room_};
  if (digits_.size() == kDigitsMax || base > room) return false;
  digits_.push_back({1, low, high});
  room_ = base == 1 ? room_ : static_cast<std::uint64_t>(room / base);
  return true;
}

void KeyScale::SetWeights() {
  std::uint64_t weight = 1;
  for (auto digit = digits_.rbegin(); digit != digits_.rend(); ++digit) {
    digit->weight = weight;
    weight *= std::uint64_t{digit->high} - digit->low + 1;  // 2^64 becomes 0, for the first digit.
  }
  largest_ = weight - 1;
}

std::uint64_t KeyScale::NumberOf(std::string_view user_key) const {
  if (const int order = user_key.substr(0, common_.size()).compare(common_); order != 0) {
    return order < 0 ? 0 : largest_;
  }
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < digits_.size() && common_.size() + i < user_key.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(user_key[common_.size() + i]);
    const Digit& digit = digits_[i];
    if (byte < digit.low) return number;  // Before all that go on like this.
    if (byte > digit.high) return number + (digit.high - digit.low + 1U) * digit.weight - 1;
    number += (byte - digit.low) * digit.weight;
  }
  return number;
}

void KeyScale::AppendTo(std::string* out) const {
  AppendLengthPrefixed(out, common_);
  AppendVarint64(out, digits_.size());
  for (const Digit& digit : digits_) {
    out->push_back(static_cast<char>(digit.low));
    out->push_back(static_cast<char>(digit.high));
  }
}

Result<KeyScale> KeyScale::ReadFrom(ByteReader* in) {
  KeyScale scale;
  const auto common = in->ReadLengthPrefixed();
  const auto count = in->ReadVarint64();
  if (!common || !count) return Corruption("its key scale is cut short");
  scale.common_ = *common;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto low = in->ReadFixed<std::uint8_t>();
    const auto high = in->ReadFixed<std::uint8_t>();
    if (!low || !high || *low > *high || !scale.AddDigit(*low, *high)) {
      return Corruption("digit " + std::to_string(i) + " of its key scale is damaged");
    }
  }
  scale.SetWeights();
  return scale;
}

std::size_t KeyScale::memory_bytes() const {
  return common_.capacity() + digits_.capacity() * sizeof(Digit);
}

std::optional<std::vector<Segment>> FitSegments(const std::vector<std::uint64_t>& numbers) {
  std::vector<Segment> segments;
  Slopes possible;  // For the last segment.
  std::size_t next = 0;
  for (std::size_t block = 0; block < numbers.size(); block = next) {
    const std::uint64_t number = numbers[block];
    for (next = block; next < numbers.size() && numbers[next] == number;) ++next;
    const std::size_t begin_here = next - block;
    if (begin_here > 2) return std::nullopt;
    if (!segments.empty()) {
      const Slopes here = SlopesTo(segments.back(), number, block, begin_here == 2);
      const Slopes both{std::max(possible.low, here.low), std::min(possible.high, here.high)};
      if (both.low <= both.high) {
        possible = both;
        segments.back().slope = both.low + (both.high - both.low) / 2;
        continue;
      }
    }
    segments.push_back({number, 0, static_cast<std::uint32_t>(block)});
    possible = {};
  }
  return segments;
}

std::size_t GuessBlock(const std::vector<Segment>& segments, std::size_t blocks,
                       std::uint64_t number) {
  const auto next = std::upper_bound(
      segments.begin(), segments.end(), number,
      [](std::uint64_t wanted, const Segment& segment) { return wanted < segment.start; });
  if (next == segments.begin()) return 0;
  const Segment& segment = *(next - 1);
  const std::size_t last = next == segments.end() ? blocks - 1 : next->block;
  const auto steps = static_cast<Wide>(number - segment.start) * segment.slope >> kSlopeBits;
  return static_cast<std::size_t>(std::min<Wide>(last, segment.block + steps));
}

}  // namespace strata::sst
