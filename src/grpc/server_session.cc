#include "grpc/server_session.h"

#include <algorithm>
#include <array>
#include <nghttp2/nghttp2.h>
#include <utility>

#include "auth/digest.h"
#include "base/check.h"
#include "grpc/error_details.h"
#include "grpc/reply_headers.h"
#include "grpc/session_callbacks.h"
#include "server/read_only.h"

namespace strata::grpc {
namespace {

constexpr std::uint32_t kCallsMax = 1'000;            // Of one connection, at a time.
constexpr std::uint32_t kWindowBytes = 1 << 20;       // A client may send so much of a call,
constexpr std::int32_t kConnectionWindow = 16 << 20;  // and of all calls, before we look.
constexpr std::size_t kStrangerBytes = 64 << 10;      // Of a call before it is known who calls.
constexpr std::size_t kOutputBytes = 256 << 10;       // No more is made before that has left.

const nghttp2_option* SessionOption() {
  static const nghttp2_option* const option = [] {
    nghttp2_option* made = nullptr;
    STRATA_CHECK(nghttp2_option_new(&made) == 0);
    nghttp2_option_set_no_closed_streams(made, 1);  // For priorities, too.
    return made;
  }();
  return option;
}

RequestKind KindOf(Route route) {
  if (route == Route::kCommit) return RequestKind::kWrite;
  return route == Route::kLock ? RequestKind::kOther : RequestKind::kRead;
}

}  // namespace

ServerSession::ServerSession(const server::Peer& peer, const SessionParts& parts)
    : peer_(peer), parts_(parts) {
  STRATA_CHECK(nghttp2_session_server_new2(&http2_, Callbacks::All(), this, SessionOption()) == 0);
  // Nobody prioritises calls, and a tree of what depends on what isn't kept for nothing.
  const std::array<nghttp2_settings_entry, 4> settings{
      {{NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
       {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kCallsMax},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindowBytes},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kHeaderBytesMax}}};
  nghttp2_submit_settings(http2_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(http2_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

ServerSession::~ServerSession() {
  nghttp2_session_del(http2_);
}

ServerSession::CallState* ServerSession::Find(std::int32_t stream) {
  const auto at = calls_.find(stream);
  return at == calls_.end() ? nullptr : at->second.get();
}

// --- the seam to the loop ------------------------------------------------------------------------

server::Consumed ServerSession::Consume(std::string_view input, server::Output* output) {
  const ssize_t taken = nghttp2_session_mem_recv(
      http2_, reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  if (taken == NGHTTP2_ERR_BAD_CLIENT_MAGIC) {
    output->Append(std::string_view(
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n"
        "This port speaks gRPC (HTTP/2 without TLS).\n"));
    return {.bytes = input.size(), .next = server::Next::kClose};
  }
  broken_ = broken_ || taken < 0;
  return {.bytes = input.size(), .next = Flush(output)};
}

// As much as may leave. What is left goes on when that has left.
server::Next ServerSession::Flush(server::Output* output) {
  while (output->bytes() < kOutputBytes) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t count = nghttp2_session_mem_send(http2_, &bytes);
    if (count < 0) broken_ = true;
    if (count <= 0) break;
    output->Append(View(bytes, static_cast<std::size_t>(count)));
  }
  const bool over =
      nghttp2_session_want_read(http2_) == 0 && nghttp2_session_want_write(http2_) == 0;
  if (broken_ || over) return server::Next::kClose;
  return works_.empty() ? server::Next::kRead : server::Next::kWorks;
}

std::unique_ptr<server::Work> ServerSession::TakeWork() {
  if (works_.empty()) return nullptr;
  auto work = std::move(works_.front());
  works_.pop_front();
  return work;
}

server::Next ServerSession::FinishWork(std::unique_ptr<server::Work> work, server::Output* output) {
  if (auto* const login = dynamic_cast<LoginWork*>(work.get())) {
    FinishLogin(*login);
    return Flush(output);
  }
  auto& done = static_cast<CallWork&>(*work);
  CallState* const call = Find(done.stream());
  if (call != nullptr && !call->ended) {  // Otherwise the client gave up.
    call->under_way = false;
    call->out.append(done.out);
    auto* const stream = dynamic_cast<StreamWork*>(work.get());
    if (stream == nullptr || stream->pulled == Stream::Pulled::kEnd) {
      End(call, std::move(done.status));
    } else {
      call->messages = std::move(stream->messages);
      Answer(call);
    }
  }
  return Flush(output);
}

void ServerSession::Refuse(std::string_view reason, server::Output* output) {
  nghttp2_submit_goaway(http2_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(http2_),
                        NGHTTP2_ENHANCE_YOUR_CALM,
                        reinterpret_cast<const std::uint8_t*>(reason.data()), reason.size());
  Flush(output);
}

server::Next ServerSession::Awake(server::Output* output) {
  const std::uint64_t now_us = parts_.environment.clock->NowMicros();
  for (const auto& [stream, call] : calls_) {
    const bool late = call->place.deadline_us != 0 && now_us >= call->place.deadline_us;
    if (late && !call->ended) {
      End(call.get(),
          StatusOf(Code::kDeadlineExceeded, "the deadline passed", "DEADLINE_EXCEEDED"));
    }
    if (call->messages != nullptr && call->out.empty()) Pull(call.get());
  }
  return Flush(output);
}

// --- a call --------------------------------------------------------------------------------------

void ServerSession::OnPath(CallState* call, std::string_view path) {
  const auto found = parts_.methods.find(path);
  call->found = found == parts_.methods.end() ? nullptr : &found->second;
  if (call->found == nullptr) call->path = path;
}

void ServerSession::OnHeaders(CallState* call) {
  if (call->header_bytes > kHeaderBytesMax) {
    Meet("header_bytes_max");
    return End(call, StatusOf(Code::kResourceExhausted,
                              "the headers take more than header_bytes_max, " +
                                  std::to_string(kHeaderBytesMax) + " bytes",
                              "HEADERS"));
  }
  if (!call->is_grpc) {
    const std::array headers{ConstantHeader(":status", "415")};
    nghttp2_submit_response(http2_, call->place.stream, headers.data(), headers.size(), nullptr);
    call->ended = call->answering = true;
    return;
  }
  parts_.stats.requests.fetch_add(1, std::memory_order_relaxed);
  if (call->timeout_us) {
    call->place.deadline_us = parts_.environment.clock->NowMicros() + *call->timeout_us;
  }
  if (call->found == nullptr) {
    return End(call,
               StatusOf(Code::kUnimplemented, "there is no method " + call->path, "NO_METHOD"));
  }
  call->method = call->found;
  LimitStranger(call);
  if (call->ended) return;
  if (parts_.times != nullptr) call->began_nanos = parts_.environment.clock->NowNanos();
}

// Before it is known who calls, no more is kept than this; and nothing at all of who doesn't say.
void ServerSession::LimitStranger(CallState* call) {
  if (!parts_.authority->on() || call->method->access.is_anybodys()) return;
  if (call->authorization.empty()) {
    return End(call, StatusOf(auth::Refusal{.why = auth::Refusal::Why::kNobody,
                                            .text = "say who you are: metadata authorization"}));
  }
  if (!auth::EqualInConstantTime(call->authorization, known_header_)) {
    call->in.SetMessageMax(std::min(kStrangerBytes, parts_.limits.request_bytes_max));
  }
}

void ServerSession::OnBytes(CallState* call, std::string_view bytes) {
  if (call->ended) return;
  call->in.Append(bytes);
  TakeMessages(call);
  Account(call);
}

// After each change of what it keeps.
void ServerSession::Account(CallState* call) {
  const std::size_t unsent = call->out.capacity();
  const std::size_t kept =
      unsent + call->in.capacity() + (call->request ? call->request->size() : 0);
  unsent_ += unsent - std::exchange(call->unsent, unsent);
  kept_ += kept - std::exchange(call->kept, kept);
}

void ServerSession::TakeMessages(CallState* call) {
  const server::Limits& limits = parts_.limits;
  while (!call->ended) {
    const auto message = call->in.Next();
    if (!message) {
      const bool too_long = message.error().code() == ErrorCode::kInvalidArgument;
      if (!too_long) {
        return End(call, StatusOf(Code::kUnimplemented, message.error().message(), "MESSAGE"));
      }
      const bool is_argument = limits.argument_bytes_max <= limits.request_bytes_max;
      const std::string_view limit = is_argument ? "argument_bytes_max" : "request_bytes_max";
      Meet(limit);
      return End(call,
                 StatusOf(Code::kResourceExhausted,
                          message.error().message() + " (" + std::string(limit) + ")", "MESSAGE"));
    }
    if (!*message) return;
    if (call->request && !call->method->each) {
      return End(call, StatusOf(Code::kInternal, "the call takes one message", "MESSAGE"));
    }
    call->request.emplace(**message);
    if (call->method->each) Begin(call);
  }
}

// The client has nothing more to say.
void ServerSession::OnEnd(CallState* call) {
  if (call->ended) return;
  if (call->in.in_message() || (!call->request && !call->method->each)) {
    return End(call, StatusOf(Code::kInternal, "the call ended within its message", "MESSAGE"));
  }
  if (call->method->each) return End(call, {});
  call->in.Drop();
  Start(call);
}

// Its message is whole: it goes on as soon as it is known who calls.
void ServerSession::Start(CallState* call) {
  if (!Identify(call)) return;
  if (call->method->open) return Open(call);
  Begin(call);
}

void ServerSession::Begin(CallState* call) {
  if (unsent_ > parts_.limits.reply_bytes_max) {
    Meet("reply_bytes_max", &server::ServerStats::over_replies);
    return End(call, StatusOf(Code::kResourceExhausted,
                              "the connection's replies take reply_bytes_max, " +
                                  std::to_string(parts_.limits.reply_bytes_max) +
                                  " bytes: read them first",
                              "REPLIES"));
  }
  const Method& method = *call->method;
  Clock& clock = *parts_.environment.clock;
  if (method.route == Route::kAtOnce) {
    server::ReadOnly keyspace(parts_.db, clock.WallMicros(), server::ReadOnly::MayWait::kNo);
    std::string reply;
    CallStatus status;
    if (Perform(method, {*call->request, keyspace, false, &reply, &call->caller}, &status)) {
      if (status.ok()) AppendMessage(&call->out, reply);
      if (!status.ok() || !method.each) return End(call, std::move(status));
      return Answer(call);
    }
  }
  call->under_way = true;
  works_.push_back(std::make_unique<UnaryWork>(call->place, clock, method,
                                               *std::exchange(call->request, {}), call->caller));
}

void ServerSession::Open(CallState* call) {
  const Method& method = *call->method;
  if (parts_.authority->on()) {
    const Status listed = method.access.ListTo(*call->request, &call->needs);
    if (!listed) return End(call, StatusOf(listed.error()));
  }
  auth::Refusal denied;
  const auto allowed = parts_.authority->Authorize(&call->caller.seat, method.path, call->needs,
                                                   std::string_view(*call->request), &denied);
  if (!allowed) return End(call, StatusOf(denied));
  CallStatus refusal;
  call->messages = method.open(*allowed, peer_, &refusal);
  if (call->messages == nullptr) return End(call, std::move(refusal));
  Pull(call);
}

// --- who calls -----------------------------------------------------------------------------------

// False: the call has ended, or goes on when that is found out.
bool ServerSession::Identify(CallState* call) {
  auth::Authority& authority = *parts_.authority;
  if (!authority.on() || call->authorization.empty()) return true;
  auth::Seat& seat = call->caller.seat;
  if (auth::EqualInConstantTime(call->authorization, known_header_)) {
    seat.identity = known_;
    return true;
  }
  auth::Refusal refusal{.why = auth::Refusal::Why::kWrong,
                        .text = "authorization must be Basic or Bearer"};
  std::optional<auth::Identity> identity;
  if (const auto token = auth::ParseBearer(call->authorization)) {
    identity = authority.LogInByToken(*token, seat.from, &refusal);
  } else if (auto password = auth::ParseBasic(call->authorization)) {
    const std::int32_t stream = call->place.stream;
    if (std::exchange(logging_in_, true)) {
      waiting_.push_back(stream);
      return false;
    }
    works_.push_back(std::make_unique<LoginWork>(authority, call->authorization,
                                                 *std::move(password), seat.from, stream));
    return false;
  }
  if (!identity) {
    End(call, StatusOf(refusal));
    return false;
  }
  known_header_ = call->authorization;
  known_ = seat.identity = *std::move(identity);
  return true;
}

// Those that waited ask once more: now their header may be the one that is known.
void ServerSession::FinishLogin(LoginWork& work) {
  logging_in_ = false;
  if (work.identity) {
    known_header_ = work.header();
    known_ = *work.identity;
  }
  CallState* const call = Find(work.stream());
  const bool goes_on = call != nullptr && !call->ended;
  if (goes_on && work.identity) Start(call);
  if (goes_on && !work.identity) End(call, StatusOf(work.refusal));
  for (const std::int32_t stream : std::exchange(waiting_, {})) {
    CallState* const other = Find(stream);
    if (other != nullptr && !other->ended) Start(other);
  }
}

// The next messages of its stream.
void ServerSession::Pull(CallState* call) {
  Clock& clock = *parts_.environment.clock;
  auth::Refusal denied;
  if (!parts_.authority->StillMay(&call->caller.seat, call->method->path, call->needs, &denied)) {
    return End(call, StatusOf(denied));
  }
  if (call->messages->may_wait()) {
    call->under_way = true;
    works_.push_back(std::make_unique<StreamWork>(call->place, clock, std::move(call->messages)));
    return;
  }
  server::ReadOnly keyspace(parts_.db, clock.WallMicros(), server::ReadOnly::MayWait::kNo);
  CallStatus status;
  if (call->messages->Pull(keyspace, kStreamBytes, &call->out, &status) == Stream::Pulled::kEnd) {
    return End(call, std::move(status));
  }
  Answer(call);
}

void ServerSession::Time(const CallState& call) {
  if (parts_.times == nullptr || call.method == nullptr || call.method->open) return;
  parts_.times->Record(KindOf(call.method->route),
                       parts_.environment.clock->NowNanos() - call.began_nanos);
}

void ServerSession::End(CallState* call, CallStatus status) {
  Time(*call);
  call->ended = true;
  call->messages.reset();
  call->in.Drop();
  call->request.reset();
  call->status = std::move(status);
  Answer(call);
}

// Lets what there is of the reply leave.
void ServerSession::Answer(CallState* call) {
  Account(call);
  const std::int32_t stream = call->place.stream;
  if (std::exchange(call->answering, true)) {
    nghttp2_session_resume_data(http2_, stream);
    return;
  }
  ReplyHeaders headers;
  headers.Begin();
  if (call->ended && call->out.empty()) {  // Nothing but a status: one frame.
    headers.End(call->status);
    nghttp2_submit_response(http2_, stream, headers.data(), headers.size(), nullptr);
    return;
  }
  const nghttp2_data_provider reply{.source = {}, .read_callback = Callbacks::ReadReply};
  nghttp2_submit_response(http2_, stream, headers.data(), headers.size(), &reply);
}

server::ProtocolFactory GrpcFactory(const SessionParts& parts) {
  return [parts](const server::Peer& peer) { return std::make_unique<ServerSession>(peer, parts); };
}

}  // namespace strata::grpc
