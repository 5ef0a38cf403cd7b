// The client's one thread: it waits for sockets, for moments, and for what other threads ask of it.
// All of a client's connections and calls belong to it.
//
// Thread safety: any thread may call Post; one that isn't the loop's calls Stop; all else is the
// loop's own.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "io/environment.h"
#include "io/mutex.h"
#include "io/network.h"

namespace strata::client {

class Loop {
 public:
  using Task = std::function<void()>;
  using Heard = std::function<void(const Ready&)>;
  using TimerId = std::pair<std::uint64_t, std::uint64_t>;  // When, and which.
  using Token = std::uint64_t;

  // `environment` is borrowed. `end_of_turn` is called after all that a turn had to do. Errors:
  // kIo, kNoDescriptors.
  static Result<std::unique_ptr<Loop>> Make(const Environment& environment);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void Start(Task end_of_turn);
  // Carries out what was posted, then `last`, and ends. Returns when it has. REQUIRES: Start.
  void Stop(Task last);

  // False: the loop has ended, and the task is dropped.
  bool Post(Task task) STRATA_EXCLUDES(mutex_);

  std::uint64_t now_us() const { return environment_.clock->NowMicros(); }
  TimerId At(std::uint64_t when_us, Task task);
  void Cancel(TimerId timer) { timers_.erase(timer); }

  // REQUIRES: Forget before the socket goes.
  Result<Token> Watch(Socket& socket, Interest interest, Heard heard);
  Status Change(Socket& socket, Token token, Interest interest);
  void Forget(Socket& socket, Token token);
  // To read into, until the task ends.
  std::span<char> scratch() { return scratch_; }

 private:
  Loop(const Environment& environment, std::unique_ptr<Poller> poller)
      : environment_(environment), poller_(std::move(poller)) {}
  void Run();
  std::vector<Task> TakePosted() STRATA_EXCLUDES(mutex_);
  bool EndUnlessPosted() STRATA_EXCLUDES(mutex_);
  void RunDueTimers();

  const Environment& environment_;
  const std::unique_ptr<Poller> poller_;
  std::map<TimerId, Task> timers_;
  std::map<Token, Heard> watched_;
  std::vector<char> scratch_ = std::vector<char>(64 << 10);
  std::uint64_t last_id_ = 0;
  bool stopping_ = false;
  Task end_of_turn_;

  Mutex mutex_;
  std::vector<Task> posted_ STRATA_GUARDED_BY(mutex_);
  bool ended_ STRATA_GUARDED_BY(mutex_) = false;

  std::unique_ptr<RunningThread> thread_;
};

}  // namespace strata::client
