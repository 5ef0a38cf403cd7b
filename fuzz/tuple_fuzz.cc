// Any bytes as a packed tuple, and as the text of one: what is taken must pack to the same bytes.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "strata/keys/tuple.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace strata::keys;  // NOLINT(google-build-using-namespace)
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto tuple = Unpack(bytes); tuple.has_value()) {
    STRATA_CHECK(Pack(*tuple) == bytes);
    static_cast<void>(TupleText(*tuple));
  }
  std::string_view rest = bytes;
  while (!rest.empty() && TakeElement(&rest).has_value()) {
  }
  if (const auto tuple = ParseTuple(bytes); tuple.has_value()) {
    STRATA_CHECK(Unpack(Pack(*tuple)).has_value());
  }
  return 0;
}
