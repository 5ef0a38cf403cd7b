#include "tls/poller.h"

#include <algorithm>
#include <utility>

#include "tls/listener.h"

namespace strata::tls {
namespace {

TlsSocket* AsTls(Socket& socket) {
  return dynamic_cast<TlsSocket*>(&socket);
}

}  // namespace

Status TlsPoller::Add(Socket& socket, std::uint64_t token, Interest interest) {
  TlsSocket* const tls = AsTls(socket);
  if (tls == nullptr) return below_->Add(socket, token, interest);
  Watched one;
  one.socket = tls;
  one.wanted = interest;
  if (!tls->established()) {
    one.late_us = network_.clock_.NowMicros() + network_.options_.handshake_us;
  }
  one.watched = Needed(one);
  STRATA_TRY(below_->Add(tls->below(), token, one.watched));
  if (one.late_us != 0) handshakes_.emplace(one.late_us, token);
  tls->OnLeft([this, token] { left_.insert(token); });
  if (tls->HasMore()) left_.insert(token);
  sockets_[token] = one;
  tokens_[tls] = token;
  return {};
}

Status TlsPoller::Add(Listener& listener, std::uint64_t token) {
  auto* const tls = dynamic_cast<TlsListener*>(&listener);
  return below_->Add(tls == nullptr ? listener : tls->below(), token);
}

Status TlsPoller::Change(Socket& socket, std::uint64_t token, Interest interest) {
  if (AsTls(socket) == nullptr) return below_->Change(socket, token, interest);
  Watched& one = sockets_.at(token);
  one.wanted = interest;
  return Update(token, &one);
}

void TlsPoller::Remove(Socket& socket) {
  TlsSocket* const tls = AsTls(socket);
  if (tls == nullptr) return below_->Remove(socket);
  below_->Remove(tls->below());
  tls->OnLeft(nullptr);
  const auto at = tokens_.find(tls);
  if (at == tokens_.end()) return;
  handshakes_.erase({sockets_.at(at->second).late_us, at->second});
  left_.erase(at->second);
  sockets_.erase(at->second);
  tokens_.erase(at);
}

void TlsPoller::Remove(Listener& listener) {
  auto* const tls = dynamic_cast<TlsListener*>(&listener);
  below_->Remove(tls == nullptr ? listener : tls->below());
}

// A handshake is heard, and sends what it has, whatever is wanted above.
Interest TlsPoller::Needed(const Watched& one) {
  const bool to_send = one.socket->HasToSend();
  if (!one.socket->established()) return {.read = true, .write = to_send};
  return {.read = one.wanted.read, .write = one.wanted.write || to_send};
}

Status TlsPoller::Update(std::uint64_t token, Watched* one) {
  const Interest needed = Needed(*one);
  if (needed == one->watched) return {};
  one->watched = needed;
  return below_->Change(one->socket->below(), token, needed);
}

std::span<const Ready> TlsPoller::Wait(std::optional<std::uint64_t> timeout_us) {
  ready_.clear();
  ++waits_;
  TellLeft();
  if (!ready_.empty()) timeout_us = 0;
  if (!handshakes_.empty()) {
    const std::uint64_t now_us = network_.clock_.NowMicros();
    const std::uint64_t first_us = handshakes_.begin()->first;
    const std::uint64_t rest_us = first_us > now_us ? first_us - now_us : 0;
    timeout_us = std::min(timeout_us.value_or(rest_us), rest_us);
  }
  for (const Ready& one : below_->Wait(timeout_us)) Hear(one);
  EndLate();
  return ready_;
}

void TlsPoller::Hear(const Ready& ready) {
  const auto at = sockets_.find(ready.token);
  if (at == sockets_.end()) {
    ready_.push_back(ready);
  } else if (at->second.socket->established()) {
    Ready one = ready;
    if (at->second.told == waits_) one.read = false;
    ready_.push_back(one);
    if (ready.write && at->second.socket->HasToSend()) GoOn(ready.token, &at->second);
  } else {
    GoOn(ready.token, &at->second);
  }
}

void TlsPoller::GoOn(std::uint64_t token, Watched* one) {
  const Status gone_on = one->socket->Advance();
  if (!gone_on) {
    network_.counts_.refused.fetch_add(1, std::memory_order_relaxed);
    return Refuse(token, one, gone_on.error());
  }
  if (one->socket->established() && one->late_us != 0) {
    network_.counts_.made.fetch_add(1, std::memory_order_relaxed);
    handshakes_.erase({std::exchange(one->late_us, 0), token});
    if (one->socket->HasMore()) left_.insert(token);
  }
  if (!Update(token, one)) ready_.push_back({.token = token, .broken = true});
}

void TlsPoller::Refuse(std::uint64_t token, Watched* one, const Error& why) {
  one->socket->Fail(why);
  handshakes_.erase({std::exchange(one->late_us, 0), token});
  ready_.push_back({.token = token, .broken = true});
  if (network_.logger_ == nullptr) return;
  network_.logger_->Log(
      LogLevel::kWarn, "TLS handshake failed",
      {{"peer", ToString(one->socket->peer())}, {"reason", std::string_view(why.message())}});
}

// As the wire is told of: again and again, until all of it was read.
void TlsPoller::TellLeft() {
  for (auto at = left_.begin(); at != left_.end();) {
    const std::uint64_t token = *at++;
    Watched& one = sockets_.at(token);
    if (!one.socket->HasMore()) {
      left_.erase(token);
    } else if (one.wanted.read) {
      ready_.push_back({.token = token, .read = true});
      one.told = waits_;
    }
  }
}

void TlsPoller::EndLate() {
  const std::uint64_t now_us = network_.clock_.NowMicros();
  while (!handshakes_.empty() && handshakes_.begin()->first <= now_us) {
    const std::uint64_t token = handshakes_.begin()->second;
    Watched& one = sockets_.at(token);
    network_.counts_.late.fetch_add(1, std::memory_order_relaxed);
    Refuse(token, &one,
           Error(ErrorCode::kIo,
                 "TLS with " + ToString(one.socket->peer()) + ": the handshake took longer than " +
                     std::to_string(network_.options_.handshake_us / 1'000) + " ms"));
  }
}

}  // namespace strata::tls
