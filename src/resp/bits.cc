// Commands that see a value as a string of bits, the first being the highest of the first byte.

#include <algorithm>
#include <bit>
#include <utility>

#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

constexpr std::int64_t kBitsMax = std::int64_t{512} << 23;

// Nothing: it has replied.
std::optional<std::uint64_t> ParseBit(Call& call, std::string_view text) {
  const auto bit = ParseInteger(text);
  if (bit && *bit >= 0 && *bit < kBitsMax) return static_cast<std::uint64_t>(*bit);
  call.reply.Error("ERR bit offset is not an integer or out of range");
  return std::nullopt;
}

int MaskOf(std::uint64_t bit) {
  return 0x80 >> (bit % 8);
}

bool BitOf(std::string_view value, std::uint64_t bit) {
  return bit / 8 < value.size() && (static_cast<unsigned char>(value[bit / 8]) & MaskOf(bit)) != 0;
}

Status GetBit(Call& call) {
  const auto bit = ParseBit(call, call.word(2));
  if (!bit) return {};
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  call.reply.Integer(entry && BitOf(entry->value, *bit) ? 1 : 0);
  return {};
}

Status SetBit(Call& call) {
  const auto bit = ParseBit(call, call.word(2));
  if (!bit) return {};
  if (call.word(3) != "0" && call.word(3) != "1") {
    return call.Fail("ERR bit is not an integer or out of range");
  }
  STRATA_TRY_ASSIGN(auto entry, call.Find(call.word(1)));
  std::string value = entry ? std::move(entry->value) : std::string();
  const bool before = BitOf(value, *bit);
  if (value.size() <= *bit / 8) value.resize(*bit / 8 + 1);
  char& byte = value[*bit / 8];
  byte = static_cast<char>(call.word(3) == "1" ? byte | MaskOf(*bit) : byte & ~MaskOf(*bit));
  STRATA_TRY(call.Put(call.word(1), value, entry ? entry->expires_at_us : 0));
  call.reply.Integer(before ? 1 : 0);
  return {};
}

// The bits from `from` to `to`, both included.
std::int64_t CountBits(std::string_view value, std::uint64_t from, std::uint64_t to) {
  std::int64_t count = 0;
  for (std::uint64_t bit = from; bit <= to;) {
    if (bit % 8 == 0 && bit + 7 <= to) {
      count += std::popcount(static_cast<unsigned char>(value[bit / 8]));
      bit += 8;
    } else {
      count += BitOf(value, bit++) ? 1 : 0;
    }
  }
  return count;
}

// BITCOUNT key [from to [BYTE | BIT]]; places count from the end when they are negative.
Status BitCount(Call& call) {
  if (call.words.size() == 3 || call.words.size() > 5) return call.FailSyntax();
  std::int64_t unit = 8;
  if (call.words.size() == 5) {
    const bool is_bit = EqualsIgnoringCase(call.word(4), "bit");
    if (!is_bit && !EqualsIgnoringCase(call.word(4), "byte")) return call.FailSyntax();
    unit = is_bit ? 1 : 8;
  }
  const bool all = call.words.size() == 2;
  const auto from = all ? std::optional<std::int64_t>(0) : ParseInteger(call.word(2));
  const auto to = all ? std::optional<std::int64_t>(-1) : ParseInteger(call.word(3));
  if (!from || !to) return call.FailInteger();
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  const std::int64_t size = entry ? static_cast<std::int64_t>(entry->value.size()) * 8 / unit : 0;
  const std::int64_t first = std::max<std::int64_t>(*from < 0 ? *from + size : *from, 0);
  const std::int64_t last = std::min(*to < 0 ? *to + size : *to, size - 1);
  if (first > last) {
    call.reply.Integer(0);
    return {};
  }
  call.reply.Integer(CountBits(entry->value, static_cast<std::uint64_t>(first * unit),
                               static_cast<std::uint64_t>(last * unit + unit - 1)));
  return {};
}

constexpr KeyPlaces kOneKey{1, 1, 1};

constexpr Command kCommands[] = {
    {"getbit", 3, kRead | kFast, kOneKey, "bitmap", "2.2.0", "Returns a bit of a value.", GetBit,
     kReads},
    {"setbit", 4, kWrite, kOneKey, "bitmap", "2.2.0", "Sets or clears a bit of a value.", SetBit,
     kReadsAndWrites},
    {"bitcount", -2, kRead, kOneKey, "bitmap", "2.6.0", "Counts the bits that are set.", BitCount,
     kReads},
};

}  // namespace

std::span<const Command> BitCommands() {
  return kCommands;
}

}  // namespace strata::resp
