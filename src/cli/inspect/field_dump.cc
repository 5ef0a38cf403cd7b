#include "cli/inspect/field_dump.h"

#include "base/escape.h"
#include "iter/internal_key.h"

namespace strata::cli {
namespace {

constexpr std::size_t kBytesShown = 16;

// "53 54 52 .." in pairs.
std::string HexDump(std::string_view bytes) {
  std::string out;
  const std::string digits = ToHex(bytes.substr(0, kBytesShown));
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    out += (i > 0 ? " " : "") + digits.substr(i, 2);
  }
  return bytes.size() > kBytesShown ? out + " .." : out;
}

}  // namespace

void FieldDump::Add(std::uint64_t offset, std::string_view bytes, std::string field,
                    std::string meaning) {
  section_.rows.push_back({Cell::Number(offset), Cell::Text(HexDump(bytes)),
                           Cell::Text(std::move(field)), Cell::Text(std::move(meaning))});
}

std::string_view FieldCursor::Take(std::size_t size, std::string field, std::string meaning) {
  const std::string_view bytes = rest_.substr(0, size);
  dump_.Add(offset_, bytes, std::move(field), std::move(meaning));
  rest_.remove_prefix(size);
  offset_ += size;
  return bytes;
}

void FieldCursor::TakeHex(std::size_t size, std::string field) {
  std::string digits;  // Little-endian: the last byte is the highest.
  for (std::size_t i = size; i > 0; --i) digits += ToHex(rest_.substr(i - 1, 1));
  Take(size, std::move(field), "0x" + digits);
}

std::string KindName(std::uint8_t kind) {
  switch (static_cast<EntryKind>(kind)) {
    case EntryKind::kDelete:
      return "delete";
    case EntryKind::kValue:
      return "put";
    case EntryKind::kExpiringValue:
      return "put, expiring";
    default:
      return "kind " + std::to_string(kind);
  }
}

std::string Quoted(std::string_view bytes) {
  constexpr std::size_t kShown = 48;
  return "\"" + EscapeShort(bytes, kShown) + "\"";
}

std::string InternalKeyName(std::string_view key) {
  if (key.size() < kTagSize) return Quoted(key) + ", too short for a key";
  return Quoted(UserKeyOf(key)) + " @ " + std::to_string(SequenceOf(key)) + ", " +
         KindName(static_cast<std::uint8_t>(KindOf(key)));
}

}  // namespace strata::cli
