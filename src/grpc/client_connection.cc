#include "grpc/client_connection.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nghttp2/nghttp2.h>

#include "base/check.h"
#include "grpc/framing.h"

namespace strata::grpc {
namespace {

constexpr std::size_t kOutputBytes = 64 << 10;  // Made at a time, about.
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

std::string_view View(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

nghttp2_nv Header(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

// What a call without a status of gRPC's comes to: the table of gRPC's "HTTP to status mapping".
Code CodeOfHttp(int status) {
  switch (status) {
    case 400:
      return Code::kInternal;
    case 401:
      return Code::kUnauthenticated;
    case 403:
      return Code::kPermissionDenied;
    case 404:
      return Code::kUnimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return Code::kUnavailable;
    default:
      return Code::kUnknown;
  }
}

// As gRPC's "errors" table has it.
Code CodeOfReset(std::uint32_t reset) {
  switch (reset) {
    case NGHTTP2_REFUSED_STREAM:
      return Code::kUnavailable;
    case NGHTTP2_CANCEL:
      return Code::kCancelled;
    case NGHTTP2_ENHANCE_YOUR_CALM:
      return Code::kResourceExhausted;
    case NGHTTP2_INADEQUATE_SECURITY:
      return Code::kPermissionDenied;
    default:
      return Code::kInternal;
  }
}

std::optional<int> Number(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, wrong] = std::from_chars(text.data(), end, number);
  if (wrong != std::errc() || at != end) return std::nullopt;
  return number;
}

}  // namespace

struct ClientConnection::Call {
  explicit Call(std::size_t message_bytes_max) : reader(message_bytes_max) {}

  std::string body;  // The request's frame,
  std::size_t body_taken = 0;
  std::uint64_t whole_at = kNever;  // and how many bytes of the connection end with its last one.
  MessageReader reader;
  CallHandlers handlers;
  std::size_t header_bytes = 0;
  int http_status = 0;
  std::optional<Code> code;  // What the server said.
  CallStatus said;
  std::optional<CallStatus> fault;  // What is wrong with its answer.
};

struct ClientConnection::Session {
  ~Session() { nghttp2_session_del(http); }
  nghttp2_session* http = nullptr;
};

// What nghttp2 calls.
struct ClientCallbacks {
  using Call = ClientConnection::Call;

  static ClientConnection& Self(void* user) { return *static_cast<ClientConnection*>(user); }

  // NOLINTNEXTLINE(readability-function-size): nghttp2 wants it so.
  static int OnHeader(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                      const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                      std::size_t value_size, std::uint8_t /*flags*/, void* user) {
    Call* const call = Self(user).Find(frame->hd.stream_id);
    if (call == nullptr) return 0;
    call->header_bytes += name_size + value_size;
    if (call->header_bytes > Self(user).limits_.header_bytes_max) {
      call->fault = {Code::kInternal, "the reply has too many headers", ""};
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    Note(*call, View(name, name_size), View(value, value_size));
    return 0;
  }

  static void Note(Call& call, std::string_view name, std::string_view value) {
    if (name == ":status") {
      call.http_status = Number(value).value_or(0);
    } else if (name == "grpc-status") {
      const int number = Number(value).value_or(-1);
      const bool known = number >= 0 && number <= static_cast<int>(Code::kUnauthenticated);
      call.code = known ? static_cast<Code>(number) : Code::kUnknown;
    } else if (name == "grpc-message") {
      call.said.message = DecodeMessage(value);
    } else if (name == "grpc-status-details-bin") {
      call.said.details = DecodeBinary(value).value_or("");
    }
  }

  static int OnData(nghttp2_session* session, std::uint8_t /*flags*/, std::int32_t id,
                    const std::uint8_t* data, std::size_t size, void* user) {
    Call* const call = Self(user).Find(id);
    if (call == nullptr || call->fault) return 0;
    call->reader.Append(View(data, size));
    while (true) {
      const auto message = call->reader.Next();
      if (!message) {
        call->fault = {Code::kResourceExhausted, message.error().message(), ""};
        nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
        return 0;
      }
      if (!*message) return 0;
      if (call->handlers.message) call->handlers.message(**message);
      if (Self(user).Find(id) != call) return 0;  // Cancelled by its handler.
    }
  }

  static int OnFrame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) Self(user).going_away_ = true;
    if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) {
      Self(user).pings_ = 0;
    }
    return 0;
  }

  static int OnSend(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_DATA && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      Self(user).whole_.push_back(frame->hd.stream_id);
    }
    return 0;
  }

  static int OnNotSent(nghttp2_session* /*session*/, const nghttp2_frame* frame, int /*why*/,
                       void* user) {
    if (frame->hd.type == NGHTTP2_HEADERS) {
      Self(user).Close(frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
    }
    return 0;
  }

  static int OnClose(nghttp2_session* /*session*/, std::int32_t id, std::uint32_t reset,
                     void* user) {
    Self(user).Close(id, reset);
    return 0;
  }

  // NOLINTNEXTLINE(readability-function-size): the same.
  static ssize_t Read(nghttp2_session* /*session*/, std::int32_t id, std::uint8_t* into,
                      std::size_t size, std::uint32_t* flags, nghttp2_data_source* /*source*/,
                      void* user) {
    Call* const call = Self(user).Find(id);
    if (call == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const std::size_t count = std::min(size, call->body.size() - call->body_taken);
    std::copy_n(call->body.data() + call->body_taken, count, reinterpret_cast<char*>(into));
    call->body_taken += count;
    if (call->body_taken == call->body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }

  static nghttp2_session* NewSession(ClientConnection* self) {
    nghttp2_session_callbacks* callbacks = nullptr;
    STRATA_CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, OnSend);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, OnNotSent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_session* session = nullptr;
    STRATA_CHECK(nghttp2_session_client_new(&session, callbacks, self) == 0);
    nghttp2_session_callbacks_del(callbacks);
    return session;
  }
};

ClientConnection::ClientConnection(std::string authority, const ClientLimits& limits)
    : authority_(std::move(authority)), limits_(limits), session_(std::make_unique<Session>()) {
  session_->http = ClientCallbacks::NewSession(this);
  const auto window = static_cast<std::uint32_t>(limits_.window_bytes);
  const std::array<nghttp2_settings_entry, 3> settings{
      {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
        static_cast<std::uint32_t>(limits_.header_bytes_max)}}};
  STRATA_CHECK(nghttp2_submit_settings(session_->http, NGHTTP2_FLAG_NONE, settings.data(),
                                       settings.size()) == 0);
  STRATA_CHECK(nghttp2_session_set_local_window_size(session_->http, NGHTTP2_FLAG_NONE, 0,
                                                     static_cast<std::int32_t>(window)) == 0);
}

ClientConnection::~ClientConnection() = default;

ClientConnection::Call* ClientConnection::Find(CallId id) const {
  const auto at = calls_.find(id);
  return at == calls_.end() ? nullptr : at->second.get();
}

bool ClientConnection::CanStart() const {
  return !going_away_ && nghttp2_session_check_request_allowed(session_->http) != 0 &&
         nghttp2_session_get_next_stream_id(session_->http) <= std::numeric_limits<CallId>::max();
}

ClientConnection::CallId ClientConnection::Start(const CallRequest& request,
                                                 CallHandlers handlers) {
  STRATA_CHECK(CanStart());
  auto call = std::make_unique<Call>(limits_.message_bytes_max);
  AppendMessage(&call->body, request.message);
  call->handlers = std::move(handlers);
  const std::string timeout = TimeoutText(request.timeout_us.value_or(0));
  std::vector<nghttp2_nv> headers{Header(":method", "POST"),
                                  Header(":scheme", "http"),
                                  Header(":path", request.path),
                                  Header(":authority", authority_),
                                  Header("te", "trailers"),
                                  Header("content-type", "application/grpc"),
                                  Header("user-agent", "strata-client"),
                                  Header("grpc-accept-encoding", "identity")};
  if (request.timeout_us) headers.push_back(Header("grpc-timeout", timeout));
  for (const auto& [name, value] : request.headers) headers.push_back(Header(name, value));
  nghttp2_data_provider body{};
  body.read_callback = ClientCallbacks::Read;
  const CallId id = nghttp2_submit_request(session_->http, nullptr, headers.data(), headers.size(),
                                           &body, nullptr);
  STRATA_CHECK(id > 0);
  calls_.emplace(id, std::move(call));
  return id;
}

bool ClientConnection::MayHaveIt(const Call& call) const {
  return call.whole_at <= sent_;
}

// What was made is sent, whatever becomes of the call.
bool ClientConnection::WillHaveIt(const Call& call) const {
  return call.whole_at != kNever;
}

Fate ClientConnection::Cancel(CallId id) {
  const auto over = std::find_if(ended_.begin(), ended_.end(),
                                 [id](const Ended& ended) { return ended.id == id; });
  if (over != ended_.end()) {
    const Fate fate = over->end.fate == Fate::kAnswered ? Fate::kInDoubt : over->end.fate;
    ended_.erase(over);
    return fate;
  }
  const auto at = calls_.find(id);
  STRATA_CHECK(at != calls_.end());
  const Fate fate = WillHaveIt(*at->second) ? Fate::kInDoubt : Fate::kUntouched;
  calls_.erase(at);
  nghttp2_submit_rst_stream(session_->http, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  return fate;
}

// A server can only have begun what it was sent to the last byte: a call is one message.
CallEnd ClientConnection::EndOf(const Call& call, std::uint32_t reset) const {
  const Fate unanswered =
      MayHaveIt(call) && reset != NGHTTP2_REFUSED_STREAM ? Fate::kInDoubt : Fate::kUntouched;
  if (call.fault) {
    return {*call.fault, WillHaveIt(call) ? Fate::kInDoubt : Fate::kUntouched};
  }
  if (call.code && call.reader.in_message()) {
    return {{Code::kInternal, "the reply ends within a message", ""}, Fate::kInDoubt};
  }
  if (call.code) return {{*call.code, call.said.message, call.said.details}, Fate::kAnswered};
  if (reset != NGHTTP2_NO_ERROR) {
    return {{CodeOfReset(reset),
             std::string("the server ended the call: ") + nghttp2_http2_strerror(reset), ""},
            unanswered};
  }
  return {
      {CodeOfHttp(call.http_status),
       "the reply has no grpc-status (HTTP status " + std::to_string(call.http_status) + ")", ""},
      unanswered};
}

void ClientConnection::Close(CallId id, std::uint32_t reset) {
  const auto at = calls_.find(id);
  if (at == calls_.end()) return;  // Cancelled.
  ended_.push_back({id, std::move(at->second->handlers), EndOf(*at->second, reset)});
  calls_.erase(at);
}

void ClientConnection::TellEnds() {
  while (!ended_.empty()) {
    Ended next = std::move(ended_.front());
    ended_.pop_front();
    next.handlers.end(std::move(next.end));
  }
}

Status ClientConnection::Feed(std::string_view bytes) {
  const ssize_t taken = nghttp2_session_mem_recv(
      session_->http, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  TellEnds();
  if (taken < 0) {
    return Error(ErrorCode::kIo,
                 std::string("HTTP/2: ") + nghttp2_strerror(static_cast<int>(taken)));
  }
  (void)Pending();  // What it has found wrong is a part of what it has to say.
  const bool heard_out = going_away_ && calls_.empty();
  if (nghttp2_session_want_read(session_->http) == 0 && !heard_out) {
    return Error(ErrorCode::kIo, "what answers doesn't speak HTTP/2");
  }
  return {};
}

void ClientConnection::Break(std::string_view reason) {
  going_away_ = true;
  for (auto& [id, call] : std::exchange(calls_, {})) {
    const Fate fate = MayHaveIt(*call) ? Fate::kInDoubt : Fate::kUntouched;
    ended_.push_back({id, std::move(call->handlers),
                      CallEnd{{Code::kUnavailable, std::string(reason), ""}, fate}});
  }
  TellEnds();
}

std::string_view ClientConnection::Pending() {
  output_.erase(0, std::exchange(output_taken_, 0));
  while (output_.size() < kOutputBytes) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t count = nghttp2_session_mem_send(session_->http, &bytes);
    if (count <= 0) break;  // Memory is all that it can lack, and without it we don't go on anyway.
    output_.append(View(bytes, static_cast<std::size_t>(count)));
    made_ += static_cast<std::uint64_t>(count);
    for (const CallId id : std::exchange(whole_, {})) {
      if (Call* const call = Find(id)) call->whole_at = made_;
    }
  }
  return output_;
}

void ClientConnection::Sent(std::size_t count) {
  output_taken_ += count;
  sent_ += count;
  TellEnds();  // Of those that were answered before all of their request was sent.
}

void ClientConnection::Ping() {
  ++pings_;
  nghttp2_submit_ping(session_->http, NGHTTP2_FLAG_NONE, nullptr);
}

}  // namespace strata::grpc
