// Carries calls out: chooses a server and a connection, tries again as long as that may help and
// the deadline allows, and tells what came of it.
//
// Where an attempt goes: to Plan::endpoint, or else to the one endpoint that calls go to. That is
// the first one, until an attempt sent there ends without an answer; then it is the next, and after
// the last the first. Of the connections to it, the one with the fewest calls is taken. A new one
// is made if there is none that can start a call, or if all have calls and there are fewer than
// DispatcherOptions::links.
//
// When: the first attempt at once, each later one after its call's BackOff. None begins at the
// deadline or later, none after attempts_max, and none once the client is closed. The server is
// told how much time is left.
//
// What came of it: retry.h says it of an attempt that ended. One that ended without reaching its
// server, when the call has reached none for DispatcherOptions::unreachable_us, is the last: the
// call ends with kUnavailable, "no server can be reached" and the attempt's reason. At the deadline
// the attempt under way is cancelled, and the call ends with kDeadlineExceeded, "no answer in
// time", and behind that what went wrong before. Close ends all calls with kCancelled. Each way the
// outcome is unknown if any attempt may have been carried out, and failed otherwise.
//
// Thread safety: none; the loop's.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "client/link.h"
#include "client/loop.h"
#include "client/retry.h"
#include "strata/client.h"

namespace strata::client {

// How a call ended.
struct Answer {
  Outcome outcome = Outcome::kUnknown;
  grpc::CallStatus status;
  std::vector<std::string> messages;  // One, unless the method gives a stream.
  std::size_t endpoint = 0;           // Which of the servers was asked last.
  // An earlier attempt may have been carried out. Also of a call that is done: that the condition
  // of a write doesn't hold is such an answer, and the earlier attempt may be why.
  bool in_doubt = false;
};

struct Plan {
  std::string path;     // "/strata.v1.KV/Get"
  std::string request;  // Encoded.
  CallKind kind = CallKind::kRead;
  std::uint64_t deadline_us = 0;             // By the clock for durations.
  std::optional<std::size_t> endpoint = {};  // Only this server has what it is about.
  std::uint64_t attempts_max = ~std::uint64_t{0};
  // Of a stream without an end: its messages, as they come. REQUIRES: attempts_max is 1.
  std::function<void(std::string_view)> each = {};
  std::function<void(Answer)> done = {};  // Once, unless it is cancelled.
};

struct DispatcherOptions {
  std::vector<Endpoint> endpoints;
  std::size_t links = 2;  // To each of them.
  std::uint64_t backoff_us = 10'000;
  std::uint64_t backoff_max_us = 1'000'000;
  std::uint64_t unreachable_us = 0;  // A call that reaches no server for so long ends; 0: it tries.
  LinkOptions link = {};
};

class Dispatcher {
 public:
  using CallId = std::uint64_t;

  // Borrowed: loop and environment. REQUIRES: at least one endpoint.
  Dispatcher(Loop& loop, const Environment& environment, DispatcherOptions options);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Plan::done may be called before this returns, if the client is closed.
  CallId Start(Plan plan);
  // Nobody cares any more: Plan::done isn't called. Nothing if it is over.
  void Cancel(CallId id);
  // All calls end, and so does each that is started later. What was cancelled a moment ago is sent
  // first (Link::Flush).
  void Close();
  // Sends what the turn has made, and forgets connections that are of no use any more.
  void EndTurn();

  std::uint64_t attempts() const { return attempts_; }
  std::uint64_t links_made() const { return links_made_; }

 private:
  struct Call {
    Plan plan;
    BackOff backoff;
    Loop::TimerId deadline;
    std::optional<Loop::TimerId> retry = {};
    std::shared_ptr<Link> link = nullptr;  // Of the attempt that is under way; null: none is.
    grpc::ClientConnection::CallId attempt = 0;
    std::uint64_t attempts = 0;
    std::size_t endpoint = 0;  // Of this attempt, or the last.
    bool in_doubt = false;     // An attempt may have been carried out.
    std::vector<std::string> messages = {};
    std::string trouble = {};      // Why there was another attempt.
    std::uint64_t reached_us = 0;  // When an attempt last reached a server, or the begin.
  };

  void Attempt(CallId id);
  void Receive(CallId id, std::string_view message);
  void EndAttempt(CallId id, const grpc::CallEnd& end);
  // No server has been reached for unreachable_us: the call is over.
  bool GivesUp(CallId id, const grpc::CallEnd& end);
  void PassDeadline(CallId id);
  void Finish(CallId id, Outcome outcome, grpc::CallStatus status);
  const std::shared_ptr<Link>& LinkTo(std::size_t endpoint);

  Loop& loop_;
  const Environment& environment_;
  const DispatcherOptions options_;
  Random random_;
  std::map<CallId, Call> calls_;
  CallId last_id_ = 0;
  std::vector<std::vector<std::shared_ptr<Link>>> links_;  // By endpoint.
  std::size_t current_ = 0;  // The endpoint that calls go to, until it can't be reached.
  bool closed_ = false;
  std::uint64_t attempts_ = 0;
  std::uint64_t links_made_ = 0;
};

}  // namespace strata::client
