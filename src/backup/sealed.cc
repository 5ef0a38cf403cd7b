#include "backup/sealed.h"

#include "base/crc32c.h"

namespace strata::backup {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kMagicSize = 8;
constexpr std::size_t kFrameSize = kMagicSize + 4 + 4;

}  // namespace

std::string Seal(std::string_view magic, std::string_view fields) {
  std::string bytes(magic);
  AppendFixed32(&bytes, kVersion);
  bytes += fields;
  AppendFixed32(&bytes, Crc32c(bytes));
  return bytes;
}

Status Unseal(std::string_view magic, std::string_view bytes, const FieldVisitor& visit) {
  if (bytes.size() < kFrameSize) return Corruption("it is cut short");
  const std::string_view checked = bytes.substr(0, bytes.size() - 4);
  if (Crc32c(checked) != DecodeFixed<std::uint32_t>(bytes.data() + checked.size())) {
    return Corruption("bad checksum");
  }
  if (checked.substr(0, kMagicSize) != magic) return Corruption("it is something else");
  const auto version = DecodeFixed<std::uint32_t>(checked.data() + kMagicSize);
  if (version != kVersion) {
    return Error(ErrorCode::kUnsupported,
                 "a newer program wrote it: format version " + std::to_string(version));
  }
  FieldReader fields(checked.substr(kMagicSize + 4));
  while (!fields.empty()) {
    STRATA_TRY_ASSIGN(const FieldReader::Field field, fields.Next());
    STRATA_TRY_ASSIGN(const bool known, visit(field));
    if (!known) STRATA_TRY(CheckUnknownField(field, "object"));
  }
  return {};
}

Status ReadVarints(std::string_view bytes, std::initializer_list<std::uint64_t*> out) {
  ByteReader reader(bytes);
  for (std::uint64_t* const value : out) {
    const auto read = reader.ReadVarint64();
    if (!read) return Corruption("a number is cut short");
    *value = *read;
  }
  return reader.empty() ? Status() : Corruption("something follows a number");
}

std::string Varints(std::initializer_list<std::uint64_t> values) {
  std::string bytes;
  for (const std::uint64_t value : values) AppendVarint64(&bytes, value);
  return bytes;
}

}  // namespace strata::backup
