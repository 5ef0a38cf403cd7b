// How a peer's library was built, read off its file: a fast build and a debug build of the same
// version differ by a factor of two, so the report names what it met.

#pragma once

#include <string>
#include <string_view>

namespace strata::peers {

struct BuildFacts {
  std::string library;
  std::string assertions = "unknown";  // "on" when it calls __assert_fail.
  std::string crc = "unknown";         // "hardware" when it holds SSE4.2's crc32 instruction.
};

// Facts of the shared library that `symbol` is in. `crc_library`, when not empty, is one that
// brings the instruction if it is linked to.
BuildFacts FactsOf(const void* symbol, std::string_view crc_library);

}  // namespace strata::peers
