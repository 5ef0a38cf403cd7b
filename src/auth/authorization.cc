#include "auth/authorization.h"

#include <algorithm>

#include "base/base64.h"

namespace strata::auth {
namespace {

// What comes after the scheme. Nothing: it is another one.
std::optional<std::string_view> AfterScheme(std::string_view authorization,
                                            std::string_view scheme) {
  if (authorization.size() <= scheme.size() || authorization[scheme.size()] != ' ') {
    return std::nullopt;
  }
  const bool is_it = std::equal(scheme.begin(), scheme.end(), authorization.begin(),
                                [](char a, char b) { return a == (b | 0x20); });
  if (!is_it) return std::nullopt;
  return authorization.substr(scheme.size() + 1);
}

}  // namespace

std::optional<Password> ParseBasic(std::string_view authorization) {
  const auto text = AfterScheme(authorization, "basic");
  if (!text) return std::nullopt;
  const auto bytes = DecodeBase64(*text);
  if (!bytes) return std::nullopt;
  const std::size_t colon = bytes->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return Password{bytes->substr(0, colon), bytes->substr(colon + 1)};
}

std::optional<std::string_view> ParseBearer(std::string_view authorization) {
  return AfterScheme(authorization, "bearer");
}

}  // namespace strata::auth
