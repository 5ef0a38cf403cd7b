// A configuration file that anybody wrote: the same entries come out however lines end, and what is
// written down of them is read back as them.

#include <cstdint>
#include <string>

#include "base/check.h"
#include "cli/config_file.h"

namespace {

using strata::cli::ConfigEntry;
using strata::cli::ParseConfig;

std::string Written(const std::vector<ConfigEntry>& entries) {
  std::string text;
  std::string section;
  for (const ConfigEntry& entry : entries) {
    if (entry.section != section) text += "[" + entry.section + "]\n";
    section = entry.section;
    text += entry.key + " = " + strata::cli::QuotedConfig(entry.value) + "\n";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto entries = ParseConfig(text, "file");
  if (!entries) {
    STRATA_CHECK(entries.error().message().starts_with("file:"));
    return 0;
  }
  const auto again = ParseConfig(Written(*entries), "again");
  STRATA_CHECK(again.has_value() && again->size() == entries->size());
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const ConfigEntry& one = (*entries)[i];
    const ConfigEntry& other = (*again)[i];
    STRATA_CHECK(one.section == other.section && one.key == other.key && one.value == other.value);
  }
  return 0;
}
