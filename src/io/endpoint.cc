#include <charconv>

#include "io/network.h"

namespace strata {
namespace {

Error BadEndpoint(std::string_view text, std::string_view reason) {
  return InvalidArgument("'" + std::string(text) + "' is no address: " + std::string(reason) +
                         "; write HOST:PORT, as in 127.0.0.1:6379 or [::1]:6379");
}

}  // namespace

Result<Endpoint> ParseEndpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return BadEndpoint(text, "it has no port");
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return BadEndpoint(text, "an IPv6 address stands in brackets");
  }
  Endpoint endpoint{.host = std::string(host)};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return BadEndpoint(text, "its port is no number from 0 to 65535");
  }
  return endpoint;
}

std::string ToString(const Endpoint& endpoint) {
  const bool brackets = endpoint.host.find(':') != std::string::npos;
  return (brackets ? "[" + endpoint.host + "]" : endpoint.host) + ":" +
         std::to_string(endpoint.port);
}

bool IsLoopback(const Endpoint& endpoint) {
  return endpoint.host == "localhost" || endpoint.host == "::1" ||
         endpoint.host.starts_with("127.");
}

}  // namespace strata
