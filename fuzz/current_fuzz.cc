// CURRENT of any bytes: it has one spelling for each meaning, and everything else is refused. The
// names of files are read by the same rule.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "version/manifest_format.h"

namespace {

void CheckName(std::string_view name) {
  const auto file = strata::ParseFileName(name);
  if (!file.has_value()) return;
  switch (file->kind) {
    case strata::FileKind::kLog:
      STRATA_CHECK(name == strata::LogFileName(file->number));
      break;
    case strata::FileKind::kTable:
      STRATA_CHECK(name == strata::TableFileName(file->number));
      break;
    case strata::FileKind::kManifest:
      STRATA_CHECK(name == strata::ManifestFileName(file->number));
      break;
    case strata::FileKind::kTemporary:
      STRATA_CHECK(name == strata::TemporaryFileName(file->number));
      break;
    case strata::FileKind::kBlob:
      STRATA_CHECK(name == strata::BlobFileName(file->number));
      break;
    case strata::FileKind::kCurrent:
    case strata::FileKind::kLock:
      STRATA_CHECK(file->number == 0);
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto current = strata::DecodeCurrent(text)) {
    STRATA_CHECK(strata::EncodeCurrent(*current) == text);
  }
  CheckName(text);
  CheckName(text.substr(0, text.find('\n')));
  return 0;
}
