#include "grpc/framing.h"

namespace strata::grpc {

void AppendMessage(std::string* to, std::string_view message) {
  const auto size = static_cast<std::uint32_t>(message.size());
  to->push_back('\0');
  for (int shift = 24; shift >= 0; shift -= 8) to->push_back(static_cast<char>(size >> shift));
  to->append(message);
}

Result<std::optional<std::string_view>> MessageReader::Next() {
  bytes_.erase(0, std::exchange(taken_, 0));
  if (bytes_.size() < kFrameHeaderBytes) return std::optional<std::string_view>();
  if (bytes_[0] != 0) {
    return Error(ErrorCode::kUnsupported,
                 "the message is compressed, and grpc-accept-encoding allows identity only");
  }
  std::size_t size = 0;
  for (std::size_t i = 1; i < kFrameHeaderBytes; ++i) {
    size = size << 8 | static_cast<unsigned char>(bytes_[i]);
  }
  if (size > message_bytes_max_) {
    return InvalidArgument("the message has " + std::to_string(size) + " bytes, and may have " +
                           std::to_string(message_bytes_max_));
  }
  if (bytes_.size() < kFrameHeaderBytes + size) return std::optional<std::string_view>();
  taken_ = kFrameHeaderBytes + size;
  return std::optional(std::string_view(bytes_).substr(kFrameHeaderBytes, size));
}

}  // namespace strata::grpc
