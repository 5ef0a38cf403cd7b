// UTF-8 (RFC 3629): where its characters end, and whether bytes are of it.
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strata {

// The length of the well-formed sequence at the front of `bytes`; 0 when there is none. Forms that
// are too long, surrogates and what is past U+10FFFF aren't well-formed.
std::size_t Utf8SequenceLength(std::string_view bytes);
bool IsValidUtf8(std::string_view bytes);

// REQUIRES: `sequence` is one well-formed sequence.
std::uint32_t CodePoint(std::string_view sequence);

}  // namespace strata
