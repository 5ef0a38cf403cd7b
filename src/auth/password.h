// Passwords, of which only a hash is kept that costs memory and time to make: scrypt (RFC 7914),
// with its parameters in front, so that they can be raised while old ones stay right.
//
//   $scrypt$ln=14,r=8,p=1$<salt>$<hash>      both in base64 without the = at the end
//
// Thread safety: pure functions. To make a hash takes some 50 ms and 16 MiB: see HashGate.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata::auth {

struct HashCost {
  int log_n = 14;  // 2 to the power of it, times r, times 128 bytes.
  int r = 8;
  int p = 1;
};
inline constexpr std::size_t kSaltBytes = 16;
inline constexpr std::size_t kPasswordBytesMax = 1'024;

// REQUIRES: the salt has kSaltBytes of entropy, used for nothing else. Errors: kInvalidArgument for
// a password that is empty or too long, kIo when the memory isn't to be had.
Result<std::string> HashPassword(std::string_view password, std::string_view salt,
                                 const HashCost& cost = {});
// Whether the password is the one that was hashed. Errors: kCorruption for what is no hash, or one
// that would cost more than 64 MiB; kIo as above.
Result<bool> IsPassword(std::string_view password, std::string_view hash);
// What to compare with where there is nothing to compare with, so that it takes as long.
const std::string& HashOfNobody();

}  // namespace strata::auth
