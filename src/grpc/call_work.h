// Calls that aren't carried out by the loop of their connection.
//
// Thread safety: as server::Work.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "grpc/method.h"
#include "io/clock.h"
#include "server/work.h"

namespace strata::grpc {

// Of which stream of its connection, and until when it is worth doing.
struct CallPlace {
  std::int32_t stream = 0;
  std::uint64_t deadline_us = 0;  // By the clock for durations; 0: none.
};

class CallWork : public server::Work {
 public:
  CallWork(CallPlace place, Clock& clock) : place_(place), clock_(clock) {}

  std::int32_t stream() const { return place_.stream; }

  // The reply, framed, and how the call ended.
  std::string out;
  CallStatus status;

 protected:
  // It is too late; the status says so.
  bool IsTooLate();

 private:
  const CallPlace place_;
  Clock& clock_;
};

// One message for one.
class UnaryWork final : public CallWork {
 public:
  // `method` is borrowed.
  UnaryWork(CallPlace place, Clock& clock, const Method& method, std::string request, Caller caller)
      : CallWork(place, clock),
        method_(method),
        request_(std::move(request)),
        caller_(std::move(caller)) {}

  void Run(server::Keyspace& keyspace) override;
  bool writes() const override { return method_.route == Route::kCommit; }
  bool may_wait_for_others() const override { return method_.route == Route::kLock; }
  void OnCommitted(std::uint64_t version) override;

 private:
  const Method& method_;
  const std::string request_;
  Caller caller_;
  std::string reply_;
};

// The next messages of a stream, which it takes along.
class StreamWork final : public CallWork {
 public:
  StreamWork(CallPlace place, Clock& clock, std::unique_ptr<Stream> the_stream)
      : CallWork(place, clock), messages(std::move(the_stream)) {}

  void Run(server::Keyspace& keyspace) override;
  bool writes() const override { return false; }

  std::unique_ptr<Stream> messages;
  Stream::Pulled pulled = Stream::Pulled::kMore;
};

// Calls a method's function, if the caller may. False: it would have to wait, and nothing has
// happened.
bool Perform(const Method& method, Call call, CallStatus* status);

inline constexpr std::size_t kStreamBytes = 128 << 10;  // Of a stream, at a time.

}  // namespace strata::grpc
