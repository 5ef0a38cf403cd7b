// Tokens: what a program shows in the place of a password. A token is told once, when it is made;
// of its secret only a digest is kept, which is enough as there are 2^192 of them. It can be
// checked in a microsecond, and ends by itself.
//
//   strata_<id, 16 hex digits>_<secret, 48 hex digits>
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/account.h"
#include "io/environment.h"

namespace strata::auth {

struct NewToken {
  std::string id = {};    // Its key among Accounts::tokens.
  std::string text = {};  // To be told to its user, and forgotten.
  Token token = {};
};

// It begins as tokens do, and passwords should not.
bool LooksLikeToken(std::string_view text);
NewToken MakeToken(std::string_view user, std::uint64_t expires_at_us, const Entropy& entropy);
// Whose it is. Nothing: it is none, is another one, or has expired by `now_us` (wall clock).
const Token* FindToken(const Accounts& accounts, std::string_view text, std::uint64_t now_us);

}  // namespace strata::auth
