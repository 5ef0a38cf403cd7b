// What a search of a memtable looks for: an internal key in parts, so that nothing has to be put
// together.

#pragma once

#include <cstdint>
#include <string_view>

#include "iter/internal_key.h"

namespace strata {

struct SearchKey {
  SearchKey(std::string_view key, std::uint64_t key_tag)
      : prefix(KeyPrefix(key)), user_key(key), tag(key_tag) {}
  explicit SearchKey(std::string_view internal_key)
      : SearchKey(UserKeyOf(internal_key), TagOf(internal_key)) {}

  std::uint64_t prefix;
  std::string_view user_key;
  std::uint64_t tag;
};

}  // namespace strata
