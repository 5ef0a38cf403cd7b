// What the files in a store's directory are called.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace strata {

// Numbers files for ever: never reused, larger means created later. All kinds share one count.
using FileNumber = std::uint64_t;
inline constexpr FileNumber kFileNumberMax = FileNumber{1} << 62;  // There is always a next one.

enum class FileKind : std::uint8_t {
  kLog,
  kLock,
  kTable,
  kManifest,
  kCurrent,
  kTemporary,
  kBlob,
};

struct ParsedFileName {
  FileKind kind;
  FileNumber number;  // 0 for files that there is one of.

  bool operator==(const ParsedFileName&) const = default;
};

std::string LogFileName(FileNumber number);        // "000007.wal"
std::string TableFileName(FileNumber number);      // "000007.sst"
std::string BlobFileName(FileNumber number);       // "000007.blob"
std::string ManifestFileName(FileNumber number);   // "MANIFEST-000007"
std::string TemporaryFileName(FileNumber number);  // "000007.tmp": never finished, safe to remove.
inline constexpr std::string_view kCurrentFileName = "CURRENT";
inline constexpr std::string_view kLockFileName = "LOCK";

// Nothing when the name isn't one of ours, spelled exactly as the functions above spell it.
std::optional<ParsedFileName> ParseFileName(std::string_view name);

}  // namespace strata
