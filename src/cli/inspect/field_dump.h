// A file explained: its bytes in order, each with its place, its field and what it means. The
// inspect verbs fill one; tests compare it with golden text.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/coding.h"
#include "cli/format/report.h"

namespace strata::cli {

class FieldDump {
 public:
  explicit FieldDump(std::string name)
      : section_{std::move(name), {"offset", "bytes", "field", "meaning"}, {}, false} {}

  // Long bytes are shown by their beginning.
  void Add(std::uint64_t offset, std::string_view bytes, std::string field, std::string meaning);

  Section Take() { return std::move(section_); }

 private:
  Section section_;
};

// Takes fields off the front of a file's bytes, noting each.
class FieldCursor {
 public:
  // `offset` is that of the first of the bytes in the file.
  FieldCursor(FieldDump& dump, std::string_view bytes, std::uint64_t offset)
      : dump_(dump), rest_(bytes), offset_(offset) {}

  // REQUIRES: so many bytes are left.
  std::string_view Take(std::size_t size, std::string field, std::string meaning);

  // A number whose meaning is itself.
  template <typename Integer>
  Integer TakeNumber(std::string field) {
    const auto value = DecodeFixed<Integer>(rest_.data());
    Take(sizeof(Integer), std::move(field), std::to_string(value));
    return value;
  }
  // The same in hexadecimal.
  void TakeHex(std::size_t size, std::string field);

  std::uint64_t offset() const { return offset_; }

 private:
  FieldDump& dump_;
  std::string_view rest_;
  std::uint64_t offset_;
};

// What an entry's kind byte means: "put", "delete", "kind 9".
std::string KindName(std::uint8_t kind);

// `"key" @ 5, put`: an internal key for people.
std::string InternalKeyName(std::string_view key);

// A key or value for people, short and in quotes.
std::string Quoted(std::string_view bytes);

}  // namespace strata::cli
