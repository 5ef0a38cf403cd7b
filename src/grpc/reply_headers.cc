#include "grpc/reply_headers.h"

namespace strata::grpc {
namespace {

// The name is a constant.
nghttp2_nv Header(std::string_view name, std::string_view value, int flags = 0) {
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
          value.size(), static_cast<std::uint8_t>(flags | NGHTTP2_NV_FLAG_NO_COPY_NAME)};
}

}  // namespace

nghttp2_nv ConstantHeader(std::string_view name, std::string_view value) {
  return Header(name, value, NGHTTP2_NV_FLAG_NO_COPY_VALUE);
}

void ReplyHeaders::Begin() {
  Add(ConstantHeader(":status", "200"));
  Add(ConstantHeader("content-type", "application/grpc"));
}

void ReplyHeaders::End(const CallStatus& status) {
  if (status.ok()) return Add(ConstantHeader("grpc-status", "0"));
  code_ = std::to_string(static_cast<int>(status.code));
  message_ = EncodeMessage(status.message);
  details_ = EncodeBinary(status.details);
  Add(Header("grpc-status", code_));
  if (!message_.empty()) Add(Header("grpc-message", message_));
  if (!details_.empty()) Add(Header("grpc-status-details-bin", details_));
}

}  // namespace strata::grpc
