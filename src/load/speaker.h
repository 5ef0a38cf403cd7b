// One connection as a state machine: requests in, bytes out; bytes in, answers out. It knows a
// protocol and nothing of sockets, clocks or schedules.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strata::load {

struct Request {
  enum class Verb : std::uint8_t { kGet, kPut, kScan };
  Verb verb = Verb::kGet;
  std::string_view key;
  std::string_view value = {};  // Of a put.
  std::uint32_t rows = 0;       // Of a scan, at most.
};

struct Answer {
  enum class Outcome : std::uint8_t { kDone, kMissing, kRefused };
  std::uint32_t tag = 0;  // Of the request.
  Outcome outcome = Outcome::kDone;
  std::string kind = {};  // Of a refusal: a word that many have in common ("OOM", "UNAVAILABLE"),
  std::string text = {};  // and all that was said.
};

class Speaker {
 public:
  Speaker() = default;
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;
  virtual ~Speaker() = default;

  // `tag` comes back with the answer. REQUIRES: no request that waits has it; CanAsk().
  virtual void Ask(const Request& request, std::uint32_t tag) = 0;
  // False: the server takes no more requests of this connection.
  virtual bool CanAsk() const { return true; }
  // What the server sent; appends the answers that are whole. Errors: kIo, it broke the protocol.
  virtual Status Feed(std::string_view bytes, std::vector<Answer>* answers) = 0;

  // What is to be sent; valid until the next call.
  virtual std::string_view Pending() = 0;
  // So many bytes from its front were given to the network.
  virtual void Sent(std::size_t count) = 0;
};
using SpeakerFactory = std::function<std::unique_ptr<Speaker>()>;

// The Redis protocol (SET, GET). Answers come in the order of the requests. It has no scans.
std::unique_ptr<Speaker> NewRespSpeaker();

// gRPC; each request is a call of its own. `authority`: the server's name.
enum class GrpcService : std::uint8_t {
  kStrata,  // strata.v1.KV: Get, Put, Scan.
  kEtcd,    // etcdserverpb.KV: Range, Put.
};
std::unique_ptr<Speaker> NewGrpcSpeaker(GrpcService service, std::string authority);

}  // namespace strata::load
