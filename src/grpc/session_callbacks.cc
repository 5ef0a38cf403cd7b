#include "grpc/session_callbacks.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "grpc/reply_headers.h"

namespace strata::grpc {

ServerSession& ServerSession::Callbacks::Self(void* user) {
  return *static_cast<ServerSession*>(user);
}

int ServerSession::Callbacks::OnBeginHeaders(nghttp2_session* /*http2*/, const nghttp2_frame* frame,
                                             void* user) {
  if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  ServerSession& self = Self(user);
  auto call = std::make_unique<CallState>(
      std::min(self.parts_.limits.request_bytes_max, self.parts_.limits.argument_bytes_max));
  call->place.stream = frame->hd.stream_id;
  call->caller = {.authority = self.parts_.authority,
                  .seat = {.from = ToString(self.peer_.address)}};
  self.calls_.emplace(frame->hd.stream_id, std::move(call));
  return 0;
}

// NOLINTNEXTLINE(readability-function-size): nghttp2 wants it so.
int ServerSession::Callbacks::OnHeader(nghttp2_session* /*http2*/, const nghttp2_frame* frame,
                                       const std::uint8_t* name, std::size_t name_size,
                                       const std::uint8_t* value, std::size_t value_size,
                                       std::uint8_t /*flags*/, void* user) {
  ServerSession& self = Self(user);
  CallState* const call = self.Find(frame->hd.stream_id);
  if (call == nullptr || call->method != nullptr || call->ended) return 0;
  call->header_bytes += name_size + value_size;
  if (call->header_bytes > kHeaderBytesMax) return 0;  // OnHeaders says so.
  const std::string_view key = View(name, name_size);
  const std::string_view text = View(value, value_size);
  if (key == ":path") self.OnPath(call, text);
  if (key == ":method") call->is_post = text == "POST";
  if (key == "content-type") call->is_grpc = IsGrpc(text);
  if (key == "grpc-timeout") call->timeout_us = ParseTimeout(text);
  if (key == "authorization") call->authorization = text;
  return 0;
}

int ServerSession::Callbacks::OnFrame(nghttp2_session* /*http2*/, const nghttp2_frame* frame,
                                      void* user) {
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  ServerSession& self = Self(user);
  CallState* const call = self.Find(frame->hd.stream_id);
  if (call == nullptr) return 0;
  const bool is_request = frame->hd.type == NGHTTP2_HEADERS && !call->ended;
  if (is_request && call->method == nullptr) self.OnHeaders(call);
  if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) self.OnEnd(call);
  return 0;
}

int ServerSession::Callbacks::OnData(nghttp2_session* /*http2*/, std::uint8_t /*flags*/,
                                     std::int32_t stream, const std::uint8_t* bytes,
                                     std::size_t size, void* user) {
  ServerSession& self = Self(user);
  if (CallState* const call = self.Find(stream)) self.OnBytes(call, View(bytes, size));
  return 0;
}

// The client may go on to send what nobody reads, and its stream would stay for as long: a reply
// that ends first says that nothing more is wanted (RFC 9113, section 8.1).
int ServerSession::Callbacks::OnSent(nghttp2_session* http2, const nghttp2_frame* frame,
                                     void* /*user*/) {
  const bool ends =
      frame->hd.type == NGHTTP2_HEADERS && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  const std::int32_t stream = frame->hd.stream_id;
  if (ends && nghttp2_session_get_stream_remote_close(http2, stream) == 0) {
    nghttp2_submit_rst_stream(http2, NGHTTP2_FLAG_NONE, stream, NGHTTP2_NO_ERROR);
  }
  return 0;
}

int ServerSession::Callbacks::OnClose(nghttp2_session* /*http2*/, std::int32_t stream,
                                      std::uint32_t /*error*/, void* user) {
  ServerSession& self = Self(user);
  const auto at = self.calls_.find(stream);
  if (at == self.calls_.end()) return 0;
  self.kept_ -= at->second->kept;
  self.unsent_ -= at->second->unsent;
  self.calls_.erase(at);
  return 0;
}

// NOLINTNEXTLINE(readability-function-size): what is there of a reply, as nghttp2 asks for it.
ssize_t ServerSession::Callbacks::ReadReply(nghttp2_session* http2, std::int32_t stream,
                                            std::uint8_t* to, std::size_t size,
                                            std::uint32_t* flags, nghttp2_data_source* /*source*/,
                                            void* user) {
  CallState* const call = Self(user).Find(stream);
  if (call == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  const std::size_t count = std::min(size, call->out.size() - call->sent);
  std::copy_n(call->out.data() + call->sent, count, reinterpret_cast<char*>(to));
  call->sent += count;
  if (call->sent < call->out.size()) return static_cast<ssize_t>(count);
  call->out.clear();
  call->sent = 0;
  if (!call->ended) return count > 0 ? static_cast<ssize_t>(count) : ssize_t{NGHTTP2_ERR_DEFERRED};
  *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
  ReplyHeaders trailers;
  trailers.End(call->status);
  const int submitted = nghttp2_submit_trailer(http2, stream, trailers.data(), trailers.size());
  if (submitted != 0) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  return static_cast<ssize_t>(count);
}

nghttp2_session_callbacks* ServerSession::Callbacks::All() {
  static nghttp2_session_callbacks* const all = [] {
    nghttp2_session_callbacks* made = nullptr;
    STRATA_CHECK(nghttp2_session_callbacks_new(&made) == 0);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(made, OnHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, OnFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, OnClose);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, OnSent);
    return made;
  }();
  return all;
}

}  // namespace strata::grpc
