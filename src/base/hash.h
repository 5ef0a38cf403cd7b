// Fast hashes that aren't cryptographic: XXH3 of 64 bits, from libxxhash. Filters, hash indexes and
// cache shards use them; filters store bits chosen by Hash64 in files, so it never changes.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <string_view>

namespace strata {

std::uint64_t Hash64(std::string_view bytes);

// An independent hash function for each seed.
std::uint64_t Hash64WithSeed(std::string_view bytes, std::uint64_t seed);

}  // namespace strata
