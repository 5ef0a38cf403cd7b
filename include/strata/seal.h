// What is sealed in a store, and under which key: encryption at rest (docs/encryption.md).
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace strata {

// What an opening is to make of a store that is there.
enum class SealChange : std::uint8_t {
  kNone,    // Sealed or in the clear, as it is.
  kSeal,    // From now on new files are sealed; DB::SealAnew does the others.
  kUnseal,  // From now on new files are in the clear; DB::SealAnew does the others.
};

struct SealedKeyUse {
  std::string key;    // A data key's id, or empty: files in the clear.
  std::string state;  // Of the key: "active", "old".
  std::uint64_t created_us = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

struct SealInfo {
  std::string mode;  // "in the clear", "sealing", "sealed", "unsealing".
  std::vector<SealedKeyUse> uses;
  bool keys_are_locked = true;  // In memory that isn't swapped.
};

}  // namespace strata
