// What an attempt of a call that ended means: whether it is known what came of it, and whether to
// try again. The heart of the client; pure.
//
// Thread safety: functions of their arguments; a BackOff belongs to one call.

#pragma once

#include <cstdint>

#include "base/random.h"
#include "grpc/client_connection.h"
#include "strata/client.h"

namespace strata::client {

// What may be done with a call of which nobody knows whether the server has carried it out.
enum class CallKind : std::uint8_t {
  kRead,   // Once more: it changes nothing.
  kWrite,  // Once more, with the same write id: the server knows it again.
  kOnce,   // Nothing: a second one would be another one.
};

struct Verdict {
  Outcome outcome = Outcome::kDone;  // Of the call, if this was its last attempt.
  bool again = false;                // Another attempt may help, and does no harm.
  bool in_doubt = false;             // This attempt, or one before it, may have been carried out.
};

// `in_doubt`: of the attempts before.
Verdict Judge(CallKind kind, const grpc::CallEnd& end, bool in_doubt);

// How long to wait before the next attempt: twice as long each time, and of that at random between
// half and all, so that clients that failed together don't come back together.
class BackOff {
 public:
  BackOff(std::uint64_t first_us, std::uint64_t most_us) : next_us_(first_us), most_us_(most_us) {}

  std::uint64_t Next(Random& random);

 private:
  std::uint64_t next_us_;
  const std::uint64_t most_us_;
};

}  // namespace strata::client
