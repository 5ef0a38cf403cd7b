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
#include <utility>

#include "auth/authority.h"
#include "grpc/code.h"
#include "server/keyspace.h"
#include "server/protocol.h"

namespace strata::grpc {

// Who calls, and who says what that one may.
struct Caller {
  auth::Authority* authority = &auth::Authority::Off();
  auth::Seat seat = {};
};

// One call as it is carried out.
struct Call {
  std::string_view request;
  server::Keyspace& keyspace;
  bool may_wait;       // For the disk.
  std::string* reply;  // Empty at first.
  Caller* caller;
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
using Opener =
    std::function<std::unique_ptr<Stream>(const auth::Authorized<std::string_view>& request,
                                          const server::Peer& peer, CallStatus* refusal)>;

// What a call needs, by its message. Each method has one: without, it doesn't compile.
class Access {
 public:
  // Errors: kInvalidArgument for what is no such message.
  using List = std::function<Status(std::string_view request, auth::Needs* needs)>;
  explicit Access(List list) : list_(std::move(list)) {}
  // Also of who hasn't said who it is.
  static Access Anybody() {
    Access access([](std::string_view /*request*/, auth::Needs* needs) -> Status {
      needs->Anybody();
      return {};
    });
    access.anybody_ = true;
    return access;
  }
  static Access AnyUser() {
    return Access([](std::string_view /*request*/, auth::Needs* needs) -> Status {
      needs->AnyUser();
      return {};
    });
  }
  static Access Server(auth::Action action) {
    return Access([action](std::string_view /*request*/, auth::Needs* needs) -> Status {
      needs->Server(action);
      return {};
    });
  }

  Status ListTo(std::string_view request, auth::Needs* needs) const {
    return list_(request, needs);
  }
  bool is_anybodys() const { return anybody_; }

 private:
  List list_;
  bool anybody_ = false;
};

// Where a function is called.
enum class Route : std::uint8_t {
  kAtOnce,  // By the loop; by a reader if it would have to wait for the disk.
  kRead,    // By a reader.
  kCommit,  // By the committer, as it writes.
  kLock,    // By a thread that may wait for other clients.
};

struct Method {
  Access access;
  Route route = Route::kAtOnce;
  Function function;  // A message for a message.
  // What it wrote is in the store: adds the version to the reply.
  void (*add_version)(std::uint64_t version, std::string* reply) = nullptr;
  Opener open;  // A stream for a message, in the place of `function`.
  // The client sends a stream, too: `function` answers each message, until it ends.
  bool each = false;
  std::string path = {};  // The table sets it.
};

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};
// By path: "/strata.v1.KV/Get".
class MethodTable : public std::unordered_map<std::string, Method, StringHash, std::equal_to<>> {
 public:
  class Slot {
   public:
    Slot(MethodTable* table, std::string path) : table_(*table), path_(std::move(path)) {}
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() = default;
    void operator=(Method method) {  // NOLINT(misc-unconventional-assign-operator)
      method.path = path_;
      table_.insert_or_assign(path_, std::move(method));
    }

   private:
    MethodTable& table_;
    const std::string path_;
  };
  // To put a method there; there is none without Method::access.
  Slot operator[](std::string path) { return {this, std::move(path)}; }
};

}  // namespace strata::grpc
