#include "server/event_loop.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace strata::server {
namespace {

constexpr std::size_t kScratchBytes = 64 << 10;
constexpr std::uint64_t kTickMicros = 1'000'000;
constexpr std::uint64_t kStoppingTickMicros = 20'000;
// Ids of connections are never below this: tokens below are the doors'.
constexpr std::uint64_t kFirstId = 1024;

}  // namespace

EventLoop::EventLoop(const LoopParts& parts, std::unique_ptr<Poller> poller)
    : parts_(parts),
      clock_(*parts.environment.clock),
      poller_(std::move(poller)),
      scratch_(kScratchBytes) {}

EventLoop::~EventLoop() = default;

Status EventLoop::Accept(std::unique_ptr<Listener> listener, std::size_t front,
                         std::span<EventLoop* const> loops) {
  STRATA_CHECK(doors_.size() < kFirstId);
  loops_.assign(loops.begin(), loops.end());
  STRATA_TRY(poller_->Add(*listener, doors_.size()));
  doors_.push_back({.listener = std::move(listener), .front = front});
  return {};
}

void EventLoop::Run() {
  while (Turn()) {
  }
}

void EventLoop::Stop() {
  stop_.store(true);
  poller_->Wake();
}

bool EventLoop::HasTurned() {
  const bool turned = turned_.exchange(false);
  poller_->Wake();
  return turned;
}

bool EventLoop::Turn() {
  const auto ready = poller_->Wait(WaitMicros());
  turned_.store(true, std::memory_order_relaxed);
  now_us_ = clock_.NowMicros();
  for (const Ready& one : ready) Handle(one);
  TakeMail();
  if (stop_.load() && !stopping_) BeginToStop();
  if (now_us_ >= next_tick_us_) Tick();
  FinishTurn();
  return !stopping_ || !connections_.empty() || under_way_ > 0;
}

std::uint64_t EventLoop::WaitMicros() const {
  if (!again_.empty()) return 0;
  const std::uint64_t now = clock_.NowMicros();
  return next_tick_us_ > now ? next_tick_us_ - now : 0;
}

void EventLoop::Handle(const Ready& ready) {
  if (ready.token < kFirstId) return AcceptAll(&doors_[ready.token]);
  Connection* const connection = Find(ready.token);
  if (connection == nullptr) return;
  if (ready.broken) connection->Drop();
  if (ready.read && !connection->IsOver()) connection->Receive(scratch_, now_us_);
  Touch(connection);
}

void EventLoop::Touch(Connection* connection) {
  if (std::exchange(connection->touched, true)) return;
  touched_.push_back(connection->id());
}

// Who didn't come to an end in the last turn goes on. Then, of all that were touched: what was
// begun goes where it is carried out, and what is finished to the client.
void EventLoop::FinishTurn() {
  for (const ConnectionId id : std::exchange(again_, {})) {
    if (Connection* const connection = Find(id)) {
      connection->GoOn();
      Touch(connection);
    }
  }
  for (const ConnectionId id : touched_) Finish(connections_.at(id).get());
  touched_.clear();
  if (!to_commit_.empty()) parts_.committer.Submit(&to_commit_);
}

void EventLoop::Finish(Connection* connection) {
  connection->touched = false;
  HandOverAll(connection);
  connection->Send(now_us_);
  if (connection->Account()) connection->Send(now_us_);
  HandOverAll(connection);
  connection->Settle();
  if (connection->HasMore()) again_.push_back(connection->id());
  if (connection->IsOver() || (stopping_ && connection->IsQuiet())) return Close(connection);
  const Interest wanted = connection->Wanted();
  if (wanted == connection->watched) return;
  connection->watched = wanted;
  if (!poller_->Change(connection->socket(), connection->id(), wanted)) Close(connection);
}

void EventLoop::HandOverAll(Connection* connection) {
  while (auto work = connection->TakeWork()) {
    ++under_way_;
    work->home = &mailbox_;
    if (work->writes()) {
      to_commit_.push_back(std::move(work));
    } else if (work->may_wait_for_others()) {
      parts_.waiters.Submit(std::move(work));
    } else {
      parts_.readers.Submit(std::move(work));
    }
  }
}

void EventLoop::TakeMail() {
  mailbox_.Take(&mail_);
  for (auto& work : mail_.done) {
    --under_way_;
    if (Connection* const connection = Find(work->connection)) {
      connection->FinishWork(std::move(work));
      connection->GoOn();
      Touch(connection);
    }
  }
  for (auto& accepted : mail_.accepted) Serve(std::move(accepted));
  for (auto& push : mail_.pushes) {
    if (Connection* const connection = Find(push.to)) {
      connection->Push(std::move(push.bytes));
      Touch(connection);
    }
  }
  for (const ConnectionId id : mail_.to_close) {
    if (Connection* const connection = Find(id)) {
      connection->Drop();
      Touch(connection);
    }
  }
  for (const ConnectionId id : mail_.to_wake) {
    if (Connection* const connection = Find(id)) {
      connection->Awake();
      Touch(connection);
    }
  }
  mail_.done.clear();
  mail_.accepted.clear();
  mail_.pushes.clear();
  mail_.to_close.clear();
  mail_.to_wake.clear();
}

Connection* EventLoop::Find(ConnectionId id) {
  const auto at = connections_.find(id);
  return at == connections_.end() ? nullptr : at->second.get();
}

// --- connections come and go ---------------------------------------------------------------------

void EventLoop::AcceptAll(Door* door) {
  while (true) {
    auto socket = door->listener->Accept();
    if (!socket) {  // They go on waiting, and would be told of at once: not before the next tick.
      parts_.stats.no_descriptors.fetch_add(1, std::memory_order_relaxed);
      Warn("descriptors", "nobody can be accepted");
      poller_->Remove(*door->listener);
      door->open = false;
      return;
    }
    if (*socket == nullptr) return;
    parts_.stats.accepted.fetch_add(1, std::memory_order_relaxed);
    EventLoop* const loop = loops_[next_loop_++ % loops_.size()];
    Accepted accepted{.socket = *std::move(socket), .front = door->front};
    if (loop == this) {
      Serve(std::move(accepted));
    } else {
      loop->Adopt(std::move(accepted));
    }
  }
}

void EventLoop::Warn(std::string_view limit, std::string_view client) {
  if (parts_.logger == nullptr) return;
  parts_.logger->Log(LogLevel::kWarn, "limit reached", {{"limit", limit}, {"client", client}});
}

void EventLoop::Serve(Accepted accepted) {
  if (stopping_) return;
  const Peer peer{.id = parts_.next_id.fetch_add(1) + kFirstId,
                  .address = accepted.socket->peer(),
                  .local = parts_.endpoints[accepted.front],
                  .home = &mailbox_,
                  .since_us = clock_.WallMicros()};
  auto made = std::make_unique<Connection>(peer.id, std::move(accepted.socket),
                                           parts_.fronts[accepted.front].factory(peer),
                                           parts_.limits, parts_.stats, now_us_, parts_.logger);
  Connection* const connection = made.get();
  connection->watched = connection->Wanted();
  if (!poller_->Add(connection->socket(), peer.id, connection->watched)) return;
  connections_.emplace(peer.id, std::move(made));
  if (parts_.stats.connections.load(std::memory_order_relaxed) > parts_.limits.connections_max) {
    parts_.stats.over_connections.fetch_add(1, std::memory_order_relaxed);
    Warn("connections_max", ToString(peer.address));
    connection->Refuse("max number of clients reached: connections_max is " +
                       std::to_string(parts_.limits.connections_max));
  }
  Touch(connection);
}

void EventLoop::Close(Connection* connection) {
  poller_->Remove(connection->socket());
  connections_.erase(connection->id());
}

// --- time ----------------------------------------------------------------------------------------

void EventLoop::Tick() {
  next_tick_us_ = now_us_ + (stopping_ ? kStoppingTickMicros : kTickMicros);
  if (parts_.on_tick) parts_.on_tick();
  for (Door& door : doors_) {
    if (!door.open && !stopping_)
      door.open = poller_->Add(*door.listener, static_cast<std::uint64_t>(&door - doors_.data()))
                      .has_value();
  }
  for (const auto& [id, connection] : connections_) {
    connection->Tick(now_us_);
    if (stopping_ && now_us_ >= stop_at_us_) connection->Drop();
    Touch(connection.get());
  }
}

void EventLoop::BeginToStop() {
  stopping_ = true;
  stop_at_us_ = now_us_ + parts_.limits.stop_us;
  next_tick_us_ = now_us_;
  for (Door& door : doors_) {
    if (std::exchange(door.open, false)) poller_->Remove(*door.listener);
    door.listener.reset();
  }
}

}  // namespace strata::server
