// The bytes of tuples: FoundationDB's type codes and what follows them. tuple.cc writes them,
// tuple_reader.cc reads them.
//
//   tuple   := element*
//   null    := 00                         inside a nested tuple: 00 ff
//   bytes   := 01 escaped 00              escaped: every byte 00 is written 00 ff
//   text    := 02 escaped 00
//   nested  := 05 element* 00
//   integer := 0c to 1c, then 0 to 8 bytes: code 14 is zero, 14 + n a positive number of n bytes,
//              14 - n a negative one, whose bytes are inverted; the shortest form only
//            | 1d size bytes | 0b size bytes    of 9 to 255 bytes; for 0b all is inverted, size too
//   float   := 20 and 4 bytes, double := 21 and 8: inverted when the sign bit is set, which is then
//              0; otherwise only the sign bit is inverted
//   false   := 26, true := 27, uuid := 30 and 16 bytes, versionstamp := 33 and 12 bytes
//
// All numbers are big-endian, so that bytes compare as the numbers do.

#pragma once

#include <cstdint>

namespace strata::keys {

inline constexpr std::uint8_t kNullCode = 0x00;
inline constexpr std::uint8_t kBytesCode = 0x01;
inline constexpr std::uint8_t kTextCode = 0x02;
inline constexpr std::uint8_t kNestedCode = 0x05;
inline constexpr std::uint8_t kBigNegativeCode = 0x0b;
inline constexpr std::uint8_t kZeroCode = 0x14;
inline constexpr std::uint8_t kBigPositiveCode = 0x1d;
inline constexpr std::uint8_t kFloatCode = 0x20;
inline constexpr std::uint8_t kDoubleCode = 0x21;
inline constexpr std::uint8_t kFalseCode = 0x26;
inline constexpr std::uint8_t kTrueCode = 0x27;
inline constexpr std::uint8_t kUuidCode = 0x30;
inline constexpr std::uint8_t kVersionstampCode = 0x33;

inline constexpr char kEscape = '\xff';          // After a zero byte that doesn't end anything.
inline constexpr std::size_t kSmallSizeMax = 8;  // Of an integer with a code of its own.

}  // namespace strata::keys
