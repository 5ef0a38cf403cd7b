// Any bytes as requests of the Redis protocol: whole, and in two pieces at any place, they must be
// the same requests; nothing is kept for a length that was only announced.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "resp/call.h"
#include "resp/request_parser.h"

namespace {

using strata::resp::Parsed;
using strata::resp::ParserLimits;
using strata::resp::RequestParser;

// All requests in `bytes`, of which at first only `cut` are there.
std::string RequestsOf(std::string_view bytes, std::size_t cut) {
  RequestParser parser(ParserLimits{.arguments_max = 1000, .argument_bytes_max = 1 << 20});
  std::string all;
  std::size_t begin = 0;
  std::size_t end = cut;
  while (true) {
    const Parsed parsed = parser.Parse(bytes.substr(begin, end - begin));
    if (parsed == Parsed::kError) return all + parser.error();
    if (parsed == Parsed::kMore) {
      if (end == bytes.size()) return all;
      end = bytes.size();
      continue;
    }
    STRATA_CHECK(parser.bytes() > 0 && parser.bytes() <= end - begin);
    for (const std::string_view word : parser.arguments()) {
      all += word;
      all += '|';
    }
    all += ';';
    begin += parser.bytes();
    parser.Reset();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = RequestsOf(bytes, size);
  STRATA_CHECK(RequestsOf(bytes, size / 2) == whole);
  if (size > 0) STRATA_CHECK(RequestsOf(bytes, data[0] % size) == whole);
  const std::string_view text = bytes.substr(size / 2);
  if (strata::resp::MatchesGlob(bytes.substr(0, size / 2), text)) {
    STRATA_CHECK(text.starts_with(strata::resp::GlobPrefix(bytes.substr(0, size / 2))));
  }
  static_cast<void>(strata::resp::ParseFloat(bytes));
  static_cast<void>(strata::resp::ParseInteger(bytes));
  static_cast<void>(strata::ParseEndpoint(bytes));
  return 0;
}
