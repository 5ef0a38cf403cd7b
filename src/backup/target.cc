#include "backup/target.h"

#include "base/crc32c.h"

namespace strata::backup {

Result<std::string> ReadObject(Target& target, const std::string& name, std::uint64_t size_max) {
  std::string bytes;
  STRATA_TRY(target.Get(name, [&](std::string_view piece) -> Status {
    if (piece.size() > size_max - bytes.size()) {
      return Corruption(name + " in " + target.where() + " is larger than " +
                        std::to_string(size_max) + " bytes");
    }
    bytes += piece;
    return {};
  }));
  return bytes;
}

Status CheckObject(Target& target, const std::string& name, const Target::Content& content) {
  Target::Content found;
  STRATA_TRY(target.Get(name, [&](std::string_view piece) -> Status {
    found.size += piece.size();
    found.crc = ExtendCrc32c(found.crc, piece);
    return {};
  }));
  const std::string path = name + " in " + target.where();
  if (found.size != content.size) {
    return Corruption(path + " has " + std::to_string(found.size) + " bytes, not the " +
                      std::to_string(content.size) + " that were stored");
  }
  if (found.crc != content.crc) return Corruption(path + " isn't what was stored: bad checksum");
  return {};
}

}  // namespace strata::backup
