// gRPC's messages in a stream of bytes: a byte that says whether it is compressed, four that say
// how long it is (big endian), the message.
//
// Thread safety: none.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata::grpc {

inline constexpr std::size_t kFrameHeaderBytes = 5;

// Appends a message with its header.
void AppendMessage(std::string* to, std::string_view message);

// Takes messages out of bytes that come in pieces.
class MessageReader {
 public:
  // Longer messages are an error, before memory is taken for them.
  explicit MessageReader(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  void SetMessageMax(std::size_t bytes) { message_bytes_max_ = bytes; }
  void Append(std::string_view bytes) { bytes_.append(bytes); }
  // The next whole message, valid until the next call; nothing: more bytes are needed. Errors:
  // kInvalidArgument for one that is too long, kUnsupported for one that is compressed.
  Result<std::optional<std::string_view>> Next();
  // Bytes of a message that isn't whole.
  bool in_message() const { return bytes_.size() > taken_; }
  std::size_t capacity() const { return bytes_.capacity(); }
  // Nothing more is wanted: gives the memory back.
  void Drop() {
    taken_ = 0;
    std::string().swap(bytes_);
  }

 private:
  std::size_t message_bytes_max_;
  std::string bytes_;
  std::size_t taken_ = 0;  // Of the front.
};

}  // namespace strata::grpc
