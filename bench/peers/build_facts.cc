#include "peers/build_facts.h"

#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace strata::peers {

BuildFacts FactsOf(const void* symbol, std::string_view crc_library) {
  BuildFacts facts;
  Dl_info info;
  if (dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) return facts;
  std::error_code error;
  const std::filesystem::path path = std::filesystem::canonical(info.dli_fname, error);
  const auto self = std::filesystem::canonical("/proc/self/exe", error);
  if (error || path == self) return facts;  // Linked in: Strata's own code is beside it.
  facts.library = path;
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto holds = [&](std::string_view what) { return bytes.find(what) != std::string::npos; };
  facts.assertions = holds("__assert_fail") ? "on" : "off";
  // crc32 r64, r/m64 with a low and with a high destination register.
  const bool instruction = holds("\xf2\x48\x0f\x38\xf1") || holds("\xf2\x4c\x0f\x38\xf1") ||
                           holds("\xf2\x49\x0f\x38\xf1") || holds("\xf2\x4d\x0f\x38\xf1");
  const bool linked = !crc_library.empty() && holds(crc_library);
  facts.crc = instruction || linked ? "hardware" : "software";
  return facts;
}

}  // namespace strata::peers
