// The generator's connections.

#include <algorithm>
#include <utility>

#include "load/generator.h"

namespace strata::load {
namespace {

constexpr std::uint64_t kRetryNs = 100'000'000;

}  // namespace

// All at once; it goes on when all are there.
Status Generator::ConnectAll() {
  STRATA_TRY_ASSIGN(poller_, parts_.network.NewPoller());
  for (std::size_t link = 0; link < links_.size(); ++link) STRATA_TRY(Connect(link));
  const std::uint64_t late_us = parts_.clock.NowMicros() + options_.connect_us;
  const std::string where = "connecting to " + ToString(options_.endpoint);
  for (std::size_t up = 0; up < links_.size();) {
    const std::uint64_t now_us = parts_.clock.NowMicros();
    if (now_us >= late_us) return Error(ErrorCode::kIo, where + ": nobody answers");
    for (const Ready& ready : poller_->Wait(late_us - now_us)) {
      Link& link = links_[ready.token];
      if (ready.broken) {
        const auto read = link.socket->Read(scratch_);
        return Annotate(read ? Status(Error(ErrorCode::kIo, "it was closed")) : read.error(),
                        where);
      }
      if (link.is_up || !ready.write) continue;
      Open(ready.token);
      ++up;
    }
  }
  // Room is taken in turns: first one request of each.
  for (std::size_t slot = 0; slot < options_.pipeline; ++slot) {
    for (std::size_t link = 0; link < links_.size(); ++link) {
      room_.push_back(link * options_.pipeline + slot);
    }
  }
  return {};
}

Status Generator::Connect(std::size_t at) {
  Link& link = links_[at];
  STRATA_TRY_ASSIGN(link.socket, parts_.network.Connect(options_.endpoint));
  link.watched = {.read = true, .write = true};
  return poller_->Add(*link.socket, at, link.watched);
}

void Generator::Open(std::size_t at) {
  links_[at].speaker = parts_.new_speaker();
  links_[at].is_up = true;
  Touch(at);
}

void Generator::Touch(std::size_t at) {
  if (!std::exchange(links_[at].has_output, true)) to_flush_.push_back(at);
}

// Its requests have failed; it is made anew in a while.
void Generator::Break(std::size_t at, const std::string& reason) {
  Link& link = links_[at];
  const std::uint64_t now_ns = parts_.clock.NowNanos();
  const std::size_t first = at * options_.pipeline;
  for (std::size_t flight = first; flight < first + options_.pipeline; ++flight) {
    if (!std::exchange(flights_[flight].is_under_way, false)) continue;
    --under_way_;
    if (flights_[flight].is_counted) tally_.Fail(Tally::kBroken, reason);
  }
  std::erase_if(room_, [&](std::size_t flight) { return flight / options_.pipeline == at; });
  if (link.socket != nullptr) poller_->Remove(*link.socket);
  link.socket.reset();
  link.speaker.reset();
  link.is_up = false;
  link.retry_at_ns = now_ns + kRetryNs;
  broken_.push_back(at);
}

void Generator::Retry() {
  if (broken_.empty()) return;
  const std::uint64_t now_ns = parts_.clock.NowNanos();
  std::erase_if(broken_, [&](std::size_t at) {
    if (now_ns < links_[at].retry_at_ns) return false;
    if (Connect(at)) return true;
    links_[at].retry_at_ns = now_ns + kRetryNs;
    return false;
  });
}

void Generator::Hear(std::span<const Ready> ready) {
  for (const Ready& one : ready) {
    Link& link = links_[one.token];
    if (link.socket == nullptr) continue;
    if (link.is_up) {
      if (one.read) Receive(one.token);
    } else if (one.broken) {
      Break(one.token, "it can't be made again");
      continue;
    } else if (one.write) {
      ++tally_.reconnects;
      Open(one.token);
      const std::size_t first = one.token * options_.pipeline;
      if (room_.empty()) room_since_ns_ = parts_.clock.NowNanos();
      for (std::size_t slot = 0; slot < options_.pipeline; ++slot) room_.push_back(first + slot);
    }
    if (one.write && link.is_up) Touch(one.token);
  }
}

void Generator::Receive(std::size_t at) {
  Link& link = links_[at];
  const auto read = link.socket->Read(scratch_);
  if (!read) return Break(at, read.error().message());
  if (!*read) return;
  if (**read == 0) return Break(at, "the server closed the connection");
  answers_.clear();
  const Status fed = link.speaker->Feed({scratch_.data(), **read}, &answers_);
  has_answers_ = has_answers_ || !answers_.empty();
  for (const Answer& answer : answers_) Take(at, answer);
  if (!link.is_up) return;
  if (!fed && !has_answers_) wrong_server_ = fed;
  if (!fed) return Break(at, fed.error().message());
  Touch(at);  // The protocol may have something to say, too.
}

void Generator::FlushAll() {
  for (const std::size_t at : std::exchange(to_flush_, {})) {
    links_[at].has_output = false;
    if (links_[at].is_up) Flush(at);
  }
}

void Generator::Flush(std::size_t at) {
  Link& link = links_[at];
  bool is_full = false;
  while (!is_full) {
    const std::string_view pending = link.speaker->Pending();
    if (pending.empty()) break;
    const auto sent = link.socket->Write({&pending, 1});
    if (!sent) return Break(at, sent.error().message());
    is_full = *sent < pending.size();
    link.speaker->Sent(*sent);
  }
  const Interest wanted{.read = true, .write = is_full};
  if (wanted == link.watched) return;
  link.watched = wanted;
  if (!poller_->Change(*link.socket, at, wanted)) Break(at, "it can't be watched");
}

}  // namespace strata::load
