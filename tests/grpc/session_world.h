// A session of gRPC and a client of it without a network: bytes go from one to the other in pieces,
// works are carried out when the test says so, on a store in memory.
//
// Thread safety: none.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grpc/client_connection.h"
#include "grpc/method.h"
#include "grpc/server_session.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "server/draft.h"
#include "server/mailbox.h"
#include "strata/db.h"

namespace strata::grpc::testing {

// What a client knows of a call.
struct Told {
  std::vector<std::string> messages;
  std::optional<CallEnd> end;  // Nothing: it goes on.

  // "OK a b", "NOT_FOUND: there is no such thing", "..." while it goes on.
  std::string Text() const;
};

// A store in memory whose disk fails when it is told to.
class FailingStore {
 public:
  FailingStore();
  ~FailingStore();

  DB* operator->() { return db_.get(); }
  DB& operator*() { return *db_; }
  ManualClock& clock() { return clock_; }
  const Environment& environment() const { return environment_; }
  // From now on nothing reaches the disk.
  void FailDisk() { faults_->SetPlan({.fail_at = 0, .sticky = true}); }

 private:
  ManualClock clock_;
  std::unique_ptr<MemoryFileSystem> disk_ = NewMemoryFileSystem();
  std::unique_ptr<FaultyFileSystem> faults_ = NewFaultyFileSystem(*disk_);
  std::unique_ptr<SimExecutor> executor_ = NewSimExecutor(1, clock_);
  Environment environment_;
  std::unique_ptr<DB> db_;
};

class SessionWorld {
 public:
  // Asked for the methods once the store is there.
  using Methods = std::function<MethodTable(DB& db, const Environment& environment)>;
  explicit SessionWorld(const Methods& methods, const server::Limits& limits = {},
                        server::OnWritten on_written = {});
  ~SessionWorld();

  // From now on rules hold: session and client begin anew.
  void SetAuthority(auth::Authority& authority);
  // Of each call that is begun.
  std::vector<std::pair<std::string, std::string>> headers;

  // Begins a call, and lets bytes go back and forth until both are silent; works wait.
  ClientConnection::CallId Start(const std::string& path, std::string message,
                                 std::optional<std::uint64_t> timeout_us = {});
  // The same, with all works carried out.
  Told Call(const std::string& path, std::string message,
            std::optional<std::uint64_t> timeout_us = {});
  void Cancel(ClientConnection::CallId call);
  Told& told(ClientConnection::CallId call) { return told_[call]; }

  // Carries out what waits, each work once, those that write as one batch: how many.
  std::size_t CarryOut();
  void CarryOutAll();
  // Lets bytes go back and forth until both are silent.
  void Exchange();
  // As the loop does about once a second.
  void Tick();
  // Who was woken is heard.
  void WakeAll();
  // Bytes of no client that we know: those that come back.
  std::string SendRaw(std::string_view bytes);

  // The most bytes that go from one to the other at once.
  std::size_t piece_bytes = 1 << 20;
  bool closed() const { return closed_; }
  // The server's next answers stay where they are: a client that doesn't read.
  bool client_reads = true;

  FailingStore& store() { return store_; }
  ServerSession& session() { return *session_; }
  server::ServerStats& stats() { return stats_; }
  // The limits that the client met since the last call: "reply_bytes_max 2 ".
  std::string TakeMet();
  std::size_t works() const { return works_.size(); }
  std::size_t output_bytes() const { return output_.bytes(); }

 private:
  void Take(server::Next next);
  bool ToServer();
  bool ToClient();

  FailingStore store_;
  const server::Limits limits_;
  const server::OnWritten on_written_;
  server::ServerStats stats_;
  MethodTable methods_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<server::Mailbox> mailbox_;
  server::Mail mail_;
  std::unique_ptr<ServerSession> session_;
  std::unique_ptr<ClientConnection> client_;
  server::Output output_;
  std::deque<std::unique_ptr<server::Work>> works_;
  std::map<ClientConnection::CallId, Told> told_;
  bool closed_ = false;
};

}  // namespace strata::grpc::testing
