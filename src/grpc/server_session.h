// A connection that speaks gRPC: HTTP/2 by nghttp2, in which each call is a stream. Calls of one
// connection don't wait for each other; their replies leave in the order in which they are done.
//
//   bytes -> nghttp2 -> headers, messages -> a call -> (at once)    -> reply -> nghttp2 -> bytes
//                                                   -> a CallWork   -> reply
//
// Thread safety: as Protocol.

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "grpc/call_work.h"
#include "grpc/framing.h"
#include "grpc/login.h"
#include "grpc/method.h"
#include "io/environment.h"
#include "server/limits.h"
#include "server/protocol.h"
#include "server/server_stats.h"
#include "stats/request_times.h"
#include "strata/db.h"

struct nghttp2_session;

namespace strata::grpc {

// What all sessions of a server share; all borrowed.
struct SessionParts {
  const MethodTable& methods;
  DB& db;
  const Environment& environment;
  const server::Limits& limits;
  server::ServerStats& stats;
  RequestTimes* times = nullptr;  // Of calls with one reply; null: nobody wants to know.
  auth::Authority* authority = &auth::Authority::Off();
};

class ServerSession final : public server::Protocol {
 public:
  ServerSession(const server::Peer& peer, const SessionParts& parts);
  ~ServerSession() override;

  server::Consumed Consume(std::string_view input, server::Output* output) override;
  std::unique_ptr<server::Work> TakeWork() override;
  server::Next FinishWork(std::unique_ptr<server::Work> work, server::Output* output) override;
  void Refuse(std::string_view reason, server::Output* output) override;
  server::Next Awake(server::Output* output) override;
  std::size_t bytes_kept() const override { return kept_; }

  // One call: what came of it, and what is to be sent.
  struct CallState {
    explicit CallState(std::size_t message_bytes_max) : in(message_bytes_max) {}

    const Method* found = nullptr;  // What the path names; null: nothing, and here it is.
    std::string path;
    bool is_grpc = false;
    bool is_post = false;
    std::optional<std::uint64_t> timeout_us;
    std::size_t header_bytes = 0;
    std::string authorization;
    Caller caller;
    auth::Needs needs;  // Of a stream.
    const Method* method = nullptr;
    MessageReader in;
    std::optional<std::string> request;  // Whole.
    CallPlace place;
    bool under_way = false;  // In a work.
    bool answering = false;  // The headers of the reply are on their way.
    bool ended = false;      // `status` is what comes after `out`.
    std::unique_ptr<Stream> messages;
    std::string out;  // Framed; the first `sent` bytes are gone.
    std::size_t sent = 0;
    CallStatus status;
    std::uint64_t began_nanos = 0;
    std::size_t kept = 0;    // Of bytes_kept(),
    std::size_t unsent = 0;  // and of it, the reply.
  };

 private:
  struct Callbacks;  // nghttp2's.

  CallState* Find(std::int32_t stream);
  void OnPath(CallState* call, std::string_view path);
  void OnHeaders(CallState* call);
  void OnBytes(CallState* call, std::string_view bytes);
  void OnEnd(CallState* call);
  void TakeMessages(CallState* call);
  bool Identify(CallState* call);
  void LimitStranger(CallState* call);
  void FinishLogin(LoginWork& work);
  void Start(CallState* call);
  void Begin(CallState* call);
  void Open(CallState* call);
  void Pull(CallState* call);
  void End(CallState* call, CallStatus status);
  void Answer(CallState* call);
  void Account(CallState* call);
  void Time(const CallState& call);
  server::Next Flush(server::Output* output);

  const server::Peer peer_;
  const SessionParts parts_;
  nghttp2_session* http2_ = nullptr;
  std::unordered_map<std::int32_t, std::unique_ptr<CallState>> calls_;
  std::deque<std::unique_ptr<server::Work>> works_;
  std::size_t kept_ = 0;    // Of memory, for all calls;
  std::size_t unsent_ = 0;  // of it, replies.
  bool broken_ = false;
  std::string known_header_;  // Whom it says was found out;
  auth::Identity known_;      // it is this one.
  bool logging_in_ = false;
  std::vector<std::int32_t> waiting_;  // Calls that go on when that is done.
};

// For Front::factory.
server::ProtocolFactory GrpcFactory(const SessionParts& parts);

}  // namespace strata::grpc
