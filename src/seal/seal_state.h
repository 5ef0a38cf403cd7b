// What a store says of its sealing: the file SEAL, itself sealed. A store that has it is opened
// with its keyring or not at all.
//
//   contents := mode u8 | plain below u64 | count varint | ancestor*
//   ancestor := store (16 bytes) | below u64
//
// The store's own id is in the file's header (seal_header.h).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "seal/seal_header.h"

namespace strata::seal {

inline constexpr std::string_view kSealFileName = "SEAL";
inline constexpr std::string_view kSealTemporaryName = "SEAL.tmp";

// Stored in files: never renumber.
enum class SealMode : std::uint8_t {
  kSealed = 1,     // All files are; one that isn't is refused.
  kSealing = 2,    // New files are; older ones may not be yet.
  kUnsealing = 3,  // New files aren't; older ones may be still.
};
std::string_view SealModeName(SealMode mode);  // "sealed", ...

// A store that this one was copied from: tables and blobs with numbers below `below` may be its.
struct Ancestor {
  StoreId store{};
  std::uint64_t below = 0;

  bool operator==(const Ancestor&) const = default;
};

struct SealState {
  SealMode mode = SealMode::kSealed;
  std::uint64_t plain_below = 0;  // While sealing: only files with smaller numbers may be plain.
  std::vector<Ancestor> ancestors;

  bool operator==(const SealState&) const = default;
};

std::string EncodeState(const SealState& state);
// Errors: kCorruption.
Result<SealState> DecodeState(std::string_view bytes);

}  // namespace strata::seal
