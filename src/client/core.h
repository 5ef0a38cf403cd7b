// What a client consists of: the loop with its calls, and what the calls share. All that the public
// header offers is made of Send.
//
// Thread safety: any thread, unless said otherwise.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "client/dispatcher.h"
#include "client/loop.h"
#include "io/environment.h"
#include "strata/client.h"

namespace strata::client {

// A call, but for who asks.
struct Question {
  std::string_view path;  // Of a constant.
  CallKind kind = CallKind::kRead;
  std::string message = {};                  // Encoded.
  std::uint64_t timeout_us = 0;              // 0: as the client's options say.
  std::optional<std::size_t> endpoint = {};  // Only this server has what it is about.
  std::uint64_t attempts_max = ~std::uint64_t{0};
};

class Core {
 public:
  static Result<std::shared_ptr<Core>> Start(const ClientOptions& options);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // `done` is called once: by the loop, or by this thread if the client is closed already.
  void Send(Question question, std::function<void(Answer)> done);
  // Waits. REQUIRES: not on the loop's thread.
  Answer Ask(Question question);
  // Ends all calls; those that come later end at once. REQUIRES: not on the loop's thread.
  void Close();

  // 16 bytes that no other write has.
  std::string NewWriteId();
  // The highest sequence that a write of this client was told; 0 when it doesn't care.
  std::uint64_t min_sequence() const;
  void Saw(std::uint64_t sequence);

  // Runs `task` on the loop and waits for that. False: the loop has ended.
  bool RunOnLoop(const std::function<void()>& task);
  Loop& loop() { return *loop_; }
  // The loop's.
  Dispatcher& dispatcher() { return *dispatcher_; }
  const ClientOptions& options() const { return options_; }
  const Environment& environment() const { return environment_; }
  std::uint64_t DeadlineOf(std::uint64_t timeout_us) const;
  ClientStats stats();

 private:
  Core(ClientOptions options, const Environment& environment)
      : options_(std::move(options)), environment_(environment) {}
  Status SpeakTls();

  const ClientOptions options_;
  Environment environment_;
  std::unique_ptr<Network> network_;  // If it isn't the environment's.
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::uint64_t client_id_ = 0;
  std::atomic<std::uint64_t> writes_{0};
  std::atomic<std::uint64_t> seen_{0};
  std::atomic<std::uint64_t> calls_{0};
  bool closed_ = false;
};

// What an answer that isn't kDone is for the caller.
Error ErrorOf(const Answer& answer);

}  // namespace strata::client
