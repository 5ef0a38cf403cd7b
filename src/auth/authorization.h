// Who calls, as HTTP says it, and gRPC's metadata with it: "Bearer <token>", or
// "Basic <base64 of user:password>".
//
// Thread safety: pure functions.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace strata::auth {

struct Password {
  std::string user;
  std::string password;
};
// Of "Basic ..."; the scheme in any capitals. Nothing: it is none.
std::optional<Password> ParseBasic(std::string_view authorization);
// The token of "Bearer ...", whatever it is.
std::optional<std::string_view> ParseBearer(std::string_view authorization);

}  // namespace strata::auth
