// What nghttp2 calls while it takes bytes of a connection, or makes some: the seam between its
// streams and the calls of a ServerSession. Its own.
//
// Thread safety: as Protocol.

#pragma once

#include <cstddef>
#include <cstdint>
#include <nghttp2/nghttp2.h>
#include <string_view>

#include "grpc/server_session.h"

namespace strata::grpc {

// Of a call; what is over it isn't kept.
inline constexpr std::size_t kHeaderBytesMax = 16 << 10;

inline std::string_view View(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// `user` is the session.
struct ServerSession::Callbacks {
  static ServerSession& Self(void* user);
  static int OnBeginHeaders(nghttp2_session* /*http2*/, const nghttp2_frame* frame, void* user);
  static int OnHeader(nghttp2_session* /*http2*/, const nghttp2_frame* frame,
                      const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                      std::size_t value_size, std::uint8_t /*flags*/, void* user);
  static int OnFrame(nghttp2_session* /*http2*/, const nghttp2_frame* frame, void* user);
  static int OnData(nghttp2_session* /*http2*/, std::uint8_t /*flags*/, std::int32_t stream,
                    const std::uint8_t* bytes, std::size_t size, void* user);
  static int OnSent(nghttp2_session* http2, const nghttp2_frame* frame, void* /*user*/);
  static int OnClose(nghttp2_session* /*http2*/, std::int32_t stream, std::uint32_t /*error*/,
                     void* user);
  static ssize_t ReadReply(nghttp2_session* http2, std::int32_t stream, std::uint8_t* to,
                           std::size_t size, std::uint32_t* flags, nghttp2_data_source* /*source*/,
                           void* user);
  static nghttp2_session_callbacks* All();
};

}  // namespace strata::grpc
