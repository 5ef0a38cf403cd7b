// Who a request is from, as far as it was shown. A connection begins as nobody, or as whom its
// certificate names.
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace strata::auth {

struct Identity {
  enum class Shown : std::uint8_t { kNothing, kPassword, kToken, kCertificate };

  std::string user = {};  // "": nobody.
  Shown shown = Shown::kNothing;
  std::uint64_t since = 0;          // User::since of the user who it was shown to be.
  std::uint64_t expires_at_us = 0;  // Wall clock; 0: never.

  bool is_nobody() const { return user.empty(); }
};

}  // namespace strata::auth
