#include "version/file_names.h"

#include <charconv>

namespace strata {
namespace {

std::string Numbered(std::string_view before, FileNumber number, std::string_view after) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return std::string(before) + digits + std::string(after);
}

// The number between `before` and `after`, if `name` is what Numbered makes of it.
std::optional<FileNumber> NumberIn(std::string_view name, std::string_view before,
                                   std::string_view after) {
  if (!name.starts_with(before) || !name.ends_with(after)) return std::nullopt;
  if (name.size() < before.size() + after.size()) return std::nullopt;
  const char* first = name.data() + before.size();
  const char* last = name.data() + name.size() - after.size();
  FileNumber number = 0;
  const auto [end, error] = std::from_chars(first, last, number);
  if (error != std::errc() || end != last || number > kFileNumberMax) return std::nullopt;
  if (Numbered(before, number, after) != name) return std::nullopt;
  return number;
}

}  // namespace

std::string LogFileName(FileNumber number) {
  return Numbered("", number, ".wal");
}
std::string TableFileName(FileNumber number) {
  return Numbered("", number, ".sst");
}
std::string BlobFileName(FileNumber number) {
  return Numbered("", number, ".blob");
}
std::string ManifestFileName(FileNumber number) {
  return Numbered("MANIFEST-", number, "");
}
std::string TemporaryFileName(FileNumber number) {
  return Numbered("", number, ".tmp");
}

std::optional<ParsedFileName> ParseFileName(std::string_view name) {
  if (name == kLockFileName) return ParsedFileName{FileKind::kLock, 0};
  if (const auto n = NumberIn(name, "", ".wal")) return ParsedFileName{FileKind::kLog, *n};
  if (const auto n = NumberIn(name, "", ".sst")) return ParsedFileName{FileKind::kTable, *n};
  if (const auto n = NumberIn(name, "", ".blob")) return ParsedFileName{FileKind::kBlob, *n};
  if (name == kCurrentFileName) return ParsedFileName{FileKind::kCurrent, 0};
  if (const auto n = NumberIn(name, "MANIFEST-", "")) {
    return ParsedFileName{FileKind::kManifest, *n};
  }
  if (const auto n = NumberIn(name, "", ".tmp")) return ParsedFileName{FileKind::kTemporary, *n};
  return std::nullopt;
}

}  // namespace strata
