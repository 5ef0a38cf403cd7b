#include "load/generator.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/check.h"

namespace strata::load {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kLookAroundUs = 100'000;  // So often it asks whether to stop.

}  // namespace

Generator::Generator(const GeneratorOptions& options, GeneratorParts parts)
    : options_(options),
      parts_(std::move(parts)),
      random_(options.seed),
      links_(options.connections),
      flights_(options.connections * options.pipeline) {
  STRATA_CHECK(!flights_.empty());
  // Half of it can't be compressed.
  value_ = random_.Bytes(options.value_bytes / 2);
  value_.resize(options.value_bytes, '\0');
}

Generator::~Generator() = default;

Status Generator::Run() {
  STRATA_TRY(ConnectAll());
  start_ns_ = room_since_ns_ = parts_.clock.NowNanos();
  count_from_ns_ = start_ns_ + options_.warmup_us * 1000;
  end_ns_ = options_.duration_us == 0 ? kNever : count_from_ns_ + options_.duration_us * 1000;
  if (options_.rate > 0) {
    schedule_.emplace(options_.rate, options_.arrivals, start_ns_, random_.Fork());
  }
  std::uint64_t awake_ns = start_ns_;
  while (true) {
    Turn();
    const std::uint64_t now_ns = parts_.clock.NowNanos();
    tally_.busy_ns += now_ns - awake_ns;
    if (IsOver()) break;
    STRATA_TRY(wrong_server_);
    const auto ready = poller_->Wait(WaitMicros());
    awake_ns = parts_.clock.NowNanos();
    Hear(ready);
  }
  Finish();
  return {};
}

void Generator::Turn() {
  Retry();
  if (parts_.stop && sending_ && parts_.stop()) EndSending(parts_.clock.NowNanos());
  SendDue();
  FlushAll();
}

void Generator::SendDue() {
  while (sending_ && !room_.empty()) {
    const std::uint64_t now_ns = parts_.clock.NowNanos();
    const std::uint64_t due_ns = schedule_ ? schedule_->due_ns() : now_ns;
    if (due_ns > now_ns && now_ns < end_ns_) return;
    if (due_ns >= end_ns_ || (options_.requests > 0 && begun_ == options_.requests)) {
      return EndSending(now_ns);
    }
    const auto operation = parts_.next();
    if (!operation) return EndSending(now_ns);
    if (schedule_) {
      schedule_->Advance();
      if (due_ns >= count_from_ns_) tally_.lag.Record(now_ns - std::max(due_ns, room_since_ns_));
    }
    Begin(*operation, due_ns);
  }
  const std::uint64_t now_ns = parts_.clock.NowNanos();
  // A closed loop asks for nothing more; in an open one what was due before the end is still sent.
  if (sending_ && !schedule_ && now_ns >= end_ns_) EndSending(now_ns);
  if (sending_ && schedule_ && now_ns >= end_ns_ && schedule_->due_ns() >= end_ns_) {
    EndSending(now_ns);
  }
}

void Generator::Begin(const Operation& operation, std::uint64_t due_ns) {
  const std::size_t flight = room_.front();
  room_.pop_front();
  const bool is_counted = due_ns >= count_from_ns_;
  begun_ += is_counted ? 1 : 0;
  ++under_way_;
  flights_[flight] = {
      .is_under_way = true, .is_counted = is_counted, .operation = operation, .due_ns = due_ns};
  Ask(flight);
}

void Generator::Ask(std::size_t flight) {
  const Flight& asked = flights_[flight];
  const std::size_t at = flight / options_.pipeline;
  Speaker& speaker = *links_[at].speaker;
  if (!speaker.CanAsk()) return Break(at, "the server takes no more requests of this connection");
  const std::string key = KeyOf(asked.operation.key);
  Request request{.verb = Request::Verb::kPut, .key = key, .value = {}, .rows = 0};
  const Kind kind = asked.operation.kind;
  if (kind == Kind::kGet || (kind == Kind::kModify && !asked.is_second)) {
    request.verb = Request::Verb::kGet;
  } else if (kind == Kind::kScan) {
    request.verb = Request::Verb::kScan;
    request.rows = asked.operation.rows;
  } else {
    request.value = NextValue();
  }
  speaker.Ask(request, static_cast<std::uint32_t>(flight % options_.pipeline));
  Touch(at);
}

// No two are the same.
std::string_view Generator::NextValue() {
  const std::uint64_t bits = random_.Next();
  std::memcpy(value_.data(), &bits, std::min(value_.size(), sizeof(bits)));
  return value_;
}

void Generator::Take(std::size_t link, const Answer& answer) {
  const std::size_t at = link * options_.pipeline + answer.tag;
  Flight& flight = flights_[at];
  if (!flight.is_under_way) return;  // The connection broke meanwhile.
  const bool refused = answer.outcome == Answer::Outcome::kRefused;
  if (flight.operation.kind == Kind::kModify && !std::exchange(flight.is_second, true) &&
      !refused) {
    return Ask(at);
  }
  const std::uint64_t now_ns = parts_.clock.NowNanos();
  if (flight.operation.kind == Kind::kInsert && !refused) parts_.keys.Inserted();
  if (flight.is_counted) Count(flight, answer, now_ns);
  Release(at, now_ns);
}

void Generator::Count(const Flight& flight, const Answer& answer, std::uint64_t now_ns) {
  KindTally& kind = tally_.kinds[static_cast<std::size_t>(flight.operation.kind)];
  last_answer_ns_ = now_ns;
  if (answer.outcome == Answer::Outcome::kRefused) {
    ++kind.refused;
    return tally_.Fail(answer.kind, answer.text);
  }
  kind.missing += answer.outcome == Answer::Outcome::kMissing ? 1 : 0;
  kind.latency.Record(now_ns - flight.due_ns);
}

void Generator::Release(std::size_t flight, std::uint64_t now_ns) {
  flights_[flight].is_under_way = false;
  --under_way_;
  if (room_.empty()) room_since_ns_ = now_ns;
  room_.push_back(flight);
}

void Generator::EndSending(std::uint64_t now_ns) {
  sending_ = false;
  end_ns_ = std::min(end_ns_, now_ns);
}

bool Generator::IsOver() const {
  const std::uint64_t now_ns = parts_.clock.NowNanos();
  if (end_ns_ != kNever && now_ns >= end_ns_ + options_.drain_us * 1000) return true;
  return !sending_ && under_way_ == 0;
}

std::uint64_t Generator::WaitMicros() const {
  const std::uint64_t now_ns = parts_.clock.NowNanos();
  std::uint64_t until_ns = now_ns + kLookAroundUs * 1000;
  if (sending_) {
    if (!room_.empty() && schedule_) until_ns = std::min(until_ns, schedule_->due_ns());
    if (end_ns_ > now_ns) until_ns = std::min(until_ns, end_ns_);
  }
  return until_ns > now_ns ? (until_ns - now_ns + 999) / 1000 : 0;
}

// What came to no answer is told, so that a server that stalls at the end can't hide it.
void Generator::Finish() {
  const std::uint64_t now_ns = parts_.clock.NowNanos();
  tally_.run_ns = now_ns - start_ns_;
  for (const Flight& flight : flights_) {
    if (flight.is_under_way && flight.is_counted) tally_.Fail(Tally::kUnanswered, "no answer came");
  }
  std::uint64_t unsent = 0;
  for (; schedule_ && sending_ && schedule_->due_ns() < std::min(end_ns_, now_ns);
       schedule_->Advance()) {
    if (options_.requests > 0 && begun_ + unsent == options_.requests) break;
    unsent += schedule_->due_ns() >= count_from_ns_ ? 1 : 0;
  }
  if (unsent > 0) tally_.Fail(Tally::kUnsent, "it was due, and no connection had room", unsent);
  const std::uint64_t sent_until_ns = std::min(end_ns_, now_ns);
  const std::uint64_t last_ns = std::max(last_answer_ns_, sent_until_ns);
  tally_.seconds_ns = last_ns - std::min(last_ns, count_from_ns_);
  for (Link& link : links_) {
    if (link.socket != nullptr) poller_->Remove(*link.socket);
    link.socket.reset();
  }
}

}  // namespace strata::load
