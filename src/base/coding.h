// Fixed-width and variable-length integers, little-endian, as every format of Strata stores them.
// Append* is the way out, ByteReader the way back.
//
// Varints are LEB128: seven bits a byte, low bits first, the high bit says "more follows".
// Thread safety: free functions; a ByteReader belongs to one thread.

#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace strata {

static_assert(std::endian::native == std::endian::little, "formats are little-endian");

inline constexpr std::size_t kVarint64SizeMax = 10;

template <typename Integer>
void EncodeFixed(char* out, Integer value) {
  std::memcpy(out, &value, sizeof(value));
}

// REQUIRES: `in` points at sizeof(Integer) readable bytes.
template <typename Integer>
Integer DecodeFixed(const char* in) {
  Integer value;
  std::memcpy(&value, in, sizeof(value));
  return value;
}

inline void AppendFixed16(std::string* out, std::uint16_t value) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}
inline void AppendFixed32(std::string* out, std::uint32_t value) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}
inline void AppendFixed64(std::string* out, std::uint64_t value) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Writes at most kVarint64SizeMax bytes and returns the byte after the last.
inline char* EncodeVarint64(char* out, std::uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}

inline void AppendVarint64(std::string* out, std::uint64_t value) {
  char buffer[kVarint64SizeMax];
  out->append(buffer, static_cast<std::size_t>(EncodeVarint64(buffer, value) - buffer));
}

inline std::size_t Varint64Size(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

// A varint length, then the bytes.
inline void AppendLengthPrefixed(std::string* out, std::string_view bytes) {
  AppendVarint64(out, bytes.size());
  out->append(bytes);
}

// Decodes a varint at `in`, never reading at or past `limit`. Returns the byte after it, or null
// when it is cut short or doesn't fit 64 bits.
inline const char* DecodeVarint64(const char* in, const char* limit, std::uint64_t* value) {
  std::uint64_t result = 0;
  for (unsigned shift = 0; shift < 70 && in < limit; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*in++);
    if (shift == 63 && byte > 1) return nullptr;
    result |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      *value = result;
      return in;
    }
  }
  return nullptr;
}

// A cursor over untrusted bytes: every read is checked, none allocates, and a failed read leaves
// the cursor where it was. Views hold as long as the bytes do.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes), size_(bytes.size()) {}

  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  std::size_t offset() const { return size_ - rest_.size(); }

  template <typename Integer>
  std::optional<Integer> ReadFixed() {
    if (rest_.size() < sizeof(Integer)) return std::nullopt;
    const auto value = DecodeFixed<Integer>(rest_.data());
    rest_.remove_prefix(sizeof(Integer));
    return value;
  }

  std::optional<std::uint64_t> ReadVarint64() {
    std::uint64_t value = 0;
    const char* end = DecodeVarint64(rest_.data(), rest_.data() + rest_.size(), &value);
    if (end == nullptr) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  std::optional<std::string_view> ReadBytes(std::uint64_t count) {
    if (count > rest_.size()) return std::nullopt;
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }

  std::optional<std::string_view> ReadLengthPrefixed() {
    const ByteReader before = *this;
    if (const auto length = ReadVarint64()) {
      if (const auto bytes = ReadBytes(*length)) return bytes;
    }
    *this = before;
    return std::nullopt;
  }

 private:
  std::string_view rest_;
  std::size_t size_;
};

}  // namespace strata
