#include "backup/target.h"

#include "base/crc32c.h"

namespace strata::backup {

void SumTaker::Take(std::string_view bytes) {
  sum_.size += bytes.size();
  sum_.crc = ExtendCrc32c(sum_.crc, bytes);
}

Status SumTaker::Compare(const ByteSum& expected) const {
  if (sum_.size != expected.size) {
    return Corruption("it has " + std::to_string(sum_.size) + " bytes instead of " +
                      std::to_string(expected.size));
  }
  if (sum_.crc != expected.crc) return Corruption("its checksum is wrong");
  return {};
}

Result<std::string> ReadWhole(BackupTarget& target, const std::string& name,
                              std::uint64_t size_max) {
  std::string bytes;
  STRATA_TRY(target.Read(name, [&](std::string_view piece) -> Status {
    if (piece.size() > size_max - bytes.size()) {
      return Corruption(name + ": it has more than " + std::to_string(size_max) + " bytes");
    }
    bytes.append(piece);
    return {};
  }));
  return bytes;
}

Status CheckObject(BackupTarget& target, const std::string& name, const ByteSum& sum) {
  SumTaker taken;
  STRATA_TRY(target.Read(name, [&](std::string_view piece) {
    taken.Take(piece);
    return Status();
  }));
  return Annotate(taken.Compare(sum), name);
}

}  // namespace strata::backup
