#include "client/loop.h"

#include <optional>

namespace strata::client {

Result<std::unique_ptr<Loop>> Loop::Make(const Environment& environment) {
  STRATA_TRY_ASSIGN(auto poller, environment.network->NewPoller());
  return std::unique_ptr<Loop>(new Loop(environment, std::move(poller)));
}

Loop::~Loop() = default;

void Loop::Start(Task end_of_turn) {
  end_of_turn_ = std::move(end_of_turn);
  thread_ = environment_.executor->StartThread("strata-client", [this] { Run(); });
}

void Loop::Stop(Task last) {
  Post([this, last = std::move(last)] {
    last();
    stopping_ = true;
  });
  thread_.reset();
}

bool Loop::Post(Task task) {
  bool first = false;
  {
    const MutexLock lock(mutex_);
    if (ended_) return false;
    first = posted_.empty();
    posted_.push_back(std::move(task));
  }
  if (first) poller_->Wake();  // Otherwise whoever was first has.
  return true;
}

bool Loop::EndUnlessPosted() {
  const MutexLock lock(mutex_);
  ended_ = posted_.empty();
  return ended_;
}

std::vector<Loop::Task> Loop::TakePosted() {
  const MutexLock lock(mutex_);
  return std::exchange(posted_, {});
}

Loop::TimerId Loop::At(std::uint64_t when_us, Task task) {
  const TimerId timer{when_us, ++last_id_};
  timers_.emplace(timer, std::move(task));
  return timer;
}

Result<Loop::Token> Loop::Watch(Socket& socket, Interest interest, Heard heard) {
  const Token token = ++last_id_;
  STRATA_TRY(poller_->Add(socket, token, interest));
  watched_.emplace(token, std::move(heard));
  return token;
}

Status Loop::Change(Socket& socket, Token token, Interest interest) {
  return poller_->Change(socket, token, interest);
}

void Loop::Forget(Socket& socket, Token token) {
  poller_->Remove(socket);
  watched_.erase(token);
}

void Loop::RunDueTimers() {
  const std::uint64_t now = now_us();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    const Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
  }
}

void Loop::Run() {
  while (true) {
    for (const Task& task : TakePosted()) task();
    RunDueTimers();
    end_of_turn_();
    if (stopping_ && EndUnlessPosted()) return;
    if (stopping_) continue;
    std::optional<std::uint64_t> timeout;
    if (!timers_.empty()) {
      const std::uint64_t next = timers_.begin()->first.first;
      const std::uint64_t now = now_us();
      timeout = next > now ? next - now : 0;
    }
    for (const Ready& ready : poller_->Wait(timeout)) {
      const auto at = watched_.find(ready.token);
      if (at == watched_.end()) continue;  // Forgotten in this turn.
      const Heard heard = at->second;      // It may be, by itself.
      heard(ready);
    }
  }
}

}  // namespace strata::client
