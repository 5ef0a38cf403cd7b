// Bytes of a client against the parser of HTTP: however they are cut into pieces, the same requests
// come out, or the same refusal, and no more is kept than the limits say.

#include <cstdint>
#include <string>

#include "base/check.h"
#include "http/host_check.h"
#include "http/request_parser.h"

namespace {

using strata::http::Parsed;
using strata::http::ParserLimits;
using strata::http::RequestParser;

constexpr ParserLimits kLimits = {
    .target_bytes_max = 64, .header_bytes_max = 256, .headers_max = 8, .body_bytes_max = 128};

std::string RequestsOf(std::string_view bytes, std::size_t piece) {
  RequestParser parser(kLimits);
  std::string all;
  while (!bytes.empty()) {
    const std::string_view given = bytes.substr(0, piece);
    const Parsed parsed = parser.Parse(given);
    STRATA_CHECK(parser.bytes() <= given.size());
    STRATA_CHECK(parser.bytes_kept() < 4'096);
    if (parsed == Parsed::kError) {
      STRATA_CHECK(parser.status() >= 400 && parser.status() < 600);
      STRATA_CHECK(parser.Parse(bytes) == Parsed::kError);
      return all + "refused";  // By what, may depend on the pieces.
    }
    if (parsed == Parsed::kMore) STRATA_CHECK(parser.bytes() == given.size());
    bytes.remove_prefix(parser.bytes());
    if (parsed != Parsed::kRequest) continue;
    const auto& request = parser.request();
    all += request.path + "?" + request.query + "|" + request.host + "|" + request.origin + ";";
  }
  return all + (parser.begun() ? "..." : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = RequestsOf(bytes, SIZE_MAX);
  STRATA_CHECK(RequestsOf(bytes, 1) == whole);
  if (size > 0) STRATA_CHECK(RequestsOf(bytes, 1 + data[0]) == whole);
  static_cast<void>(strata::http::Parameter(bytes, "key"));
  static_cast<void>(strata::http::HostCheck({"a.example"}).AllowsHost(bytes));
  return 0;
}
