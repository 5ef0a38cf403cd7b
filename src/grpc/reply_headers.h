// The headers and trailers of a reply, as nghttp2 takes them.
//
// Thread safety: none.

#pragma once

#include <array>
#include <cstddef>
#include <nghttp2/nghttp2.h>
#include <string>
#include <string_view>

#include "grpc/code.h"

namespace strata::grpc {

// Both are constants, of which nghttp2 need not make copies.
nghttp2_nv ConstantHeader(std::string_view name, std::string_view value);

// At most `:status` and `content-type`, and three of a status, which point into this.
class ReplyHeaders {
 public:
  ReplyHeaders() = default;
  ReplyHeaders(const ReplyHeaders&) = delete;
  ReplyHeaders& operator=(const ReplyHeaders&) = delete;

  void Begin();
  void End(const CallStatus& status);

  const nghttp2_nv* data() const { return headers_.data(); }
  std::size_t size() const { return size_; }

 private:
  void Add(const nghttp2_nv& header) { headers_[size_++] = header; }

  std::string code_;
  std::string message_;
  std::string details_;
  std::array<nghttp2_nv, 5> headers_;
  std::size_t size_ = 0;
};

}  // namespace strata::grpc
