// How a client of the Redis protocol says who it is: AUTH, and HELLO ... AUTH.
//
// Thread safety: as Call. A password may take long to check: see kLogsIn.

#pragma once

#include <string_view>

#include "resp/call.h"

namespace strata::resp {

inline constexpr std::string_view kDefaultUser = "default";
inline constexpr std::string_view kWrongPassword =
    "WRONGPASS invalid username-password pair or user is disabled.";

// The client is the user from now on. A token of the user's may stand for the password. False: it
// has replied why not; it stays who it was.
bool LogIn(Call& call, std::string_view user, std::string_view password);

}  // namespace strata::resp
