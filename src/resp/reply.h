// Replies of the Redis protocol: version 2, or 3 after HELLO 3, which has more types; a client of
// version 2 gets them in the forms that it knows.
//
// Thread safety: none.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/output.h"

namespace strata::resp {

class Reply {
 public:
  // `output` is borrowed. It takes no strings that would make the reply larger than `bytes_max`.
  Reply(server::Output* output, int version, std::size_t bytes_max = SIZE_MAX)
      : output_(*output), version_(version), begin_(output->bytes()), bytes_max_(bytes_max) {}

  void SetVersion(int version) { version_ = version; }

  void Ok() { output_.Append(std::string_view("+OK\r\n")); }
  // No line break may be in `text`.
  void Simple(std::string_view text);
  // Begins with a code in capitals: "ERR no such key". Line breaks become spaces.
  void Error(std::string_view text);
  void Integer(std::int64_t value) { Number(':', value); }
  void Bulk(std::string_view bytes);
  void Take(std::string&& bytes);  // As Bulk; what is large isn't copied.
  void Null();
  void NullArray();
  void Double(double value);
  // "txt" or "mkd".
  void Verbatim(std::string_view format, std::string_view text);

  // What follows belongs to it: so many elements; of a map, so many pairs.
  void Array(std::size_t count) { Number('*', static_cast<std::int64_t>(count)); }
  void Map(std::size_t count);
  void Set(std::size_t count);
  void Push(std::size_t count);

  // There is room for so many bytes more.
  bool HasRoom(std::size_t bytes) const { return output_.bytes() - begin_ + bytes <= bytes_max_; }
  void Cut() { is_cut_ = true; }  // For want of room: it isn't sent.
  bool is_cut() const { return is_cut_; }

  // How many errors were replied.
  std::uint64_t errors() const { return errors_; }
  server::Output& output() { return output_; }

 private:
  void Number(char mark, std::int64_t value);

  server::Output& output_;
  int version_;
  const std::size_t begin_;
  const std::size_t bytes_max_;
  bool is_cut_ = false;
  std::uint64_t errors_ = 0;
};

// The shortest text that reads back the same; "inf", "-inf", "nan".
std::string DoubleText(double value);

}  // namespace strata::resp
