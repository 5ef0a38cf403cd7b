// What a server offers by gRPC: a table of methods, by path. A method is a function from a message
// to a message, or one that opens a stream of them; what the messages mean is not known here.
//
// Thread safety: a table is filled before it is used, and not changed after that.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "grpc/code.h"
#include "server/keyspace.h"
#include "server/protocol.h"

namespace strata::grpc {

// One call as it is carried out.
struct Call {
  std::string_view request;
  server::Keyspace& keyspace;
  bool may_wait;       // For the disk.
  std::string* reply;  // Empty at first.
  // How it ends, where no error of the store says it.
  std::optional<CallStatus> refusal = {};
};
// Errors: what the client is told; kWouldWait where it may not wait for the disk: it is called
// again where it may. With Route::kCommit it may be called twice as well; see server::Work.
using Function = std::function<Status(Call& call)>;

// Messages without an end, or with one that is not known yet.
class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  enum class Pulled : std::uint8_t { kMore, kNothingYet, kEnd };
  // Appends messages to `*out` (AppendMessage), some `bytes` of them. After kNothingYet it is asked
  // again when the connection is woken (Mailbox::PutAwake). kEnd: `*status` is told.
  virtual Pulled Pull(server::Keyspace& keyspace, std::size_t bytes, std::string* out,
                      CallStatus* status) = 0;
  // Pull may wait for the disk: it is called by a reader, not by the loop.
  virtual bool may_wait() const = 0;
};
using Opener = std::function<std::unique_ptr<Stream>(
    std::string_view request, const server::Peer& peer, CallStatus* refusal)>;

// Where a function is called.
enum class Route : std::uint8_t {
  kAtOnce,  // By the loop; by a reader if it would have to wait for the disk.
  kRead,    // By a reader.
  kCommit,  // By the committer, as it writes.
  kLock,    // By a thread that may wait for other clients.
};

struct Method {
  Route route = Route::kAtOnce;
  Function function;  // A message for a message.
  // What it wrote is in the store: adds the version to the reply.
  void (*add_version)(std::uint64_t version, std::string* reply) = nullptr;
  Opener open;  // A stream for a message, in the place of `function`.
  // The client sends a stream, too: `function` answers each message, until it ends.
  bool each = false;
};

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};
// By path: "/strata.v1.KV/Get".
using MethodTable = std::unordered_map<std::string, Method, StringHash, std::equal_to<>>;

}  // namespace strata::grpc
