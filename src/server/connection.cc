#include "server/connection.h"

#include <array>
#include <utility>

namespace strata::server {
namespace {

constexpr std::size_t kPartsMax = 64;          // Of one system call.
constexpr std::size_t kSmallBytes = 64 << 10;  // Who keeps less isn't refused for what all keep.

}  // namespace

// NOLINTNEXTLINE(readability-function-size): all that is its own, once.
Connection::Connection(ConnectionId id, std::unique_ptr<Socket> socket,
                       std::unique_ptr<Protocol> protocol, const Limits& limits, ServerStats& stats,
                       std::uint64_t now_us, Logger* logger)
    : id_(id),
      socket_(std::move(socket)),
      protocol_(std::move(protocol)),
      limits_(limits),
      stats_(stats),
      logger_(logger),
      heard_us_(now_us),
      took_us_(now_us) {
  stats_.connections.fetch_add(1, std::memory_order_relaxed);
}

Connection::~Connection() {
  stats_.connections.fetch_sub(1, std::memory_order_relaxed);
  stats_.buffer_bytes.fetch_sub(accounted_, std::memory_order_relaxed);
}

// What is whole is carried out where it was read; only the rest is kept.
void Connection::Receive(std::span<char> scratch, std::uint64_t now_us) {
  if (!CanBegin() || more_) {
    muted_ = true;
    return;
  }
  const auto got = socket_->Read(scratch);
  if (!got) return Drop();
  if (!*got) return;
  heard_us_ = now_us;
  if (**got == 0) {
    peer_ended_ = true;  // What it sent is answered all the same.
    return;
  }
  if (!std::exchange(introduced_, true) && !socket_->names().empty()) {
    protocol_->Introduce(socket_->names());
  }
  stats_.bytes_in.fetch_add(**got, std::memory_order_relaxed);
  const std::string_view bytes(scratch.data(), **got);
  if (input_.empty()) {
    input_.assign(bytes.substr(Consume(bytes)));
  } else {
    input_.append(bytes);
    input_.erase(0, Consume(input_));
  }
  if (input_.size() > limits_.request_bytes_max && !busy_ && !more_ && !ending_) {
    Met("request_bytes_max", &stats_.over_request);
    Refuse("the request is larger than request_bytes_max, " +
           std::to_string(limits_.request_bytes_max) + " bytes");
  }
}

void Connection::GoOn() {
  if (HasMore()) input_.erase(0, Consume(input_));
}

void Connection::Settle() {
  if (CanBegin() && !more_) muted_ = false;
  if (peer_ended_ && under_way_ == 0 && !more_) ending_ = true;
}

std::size_t Connection::Consume(std::string_view input) {
  const auto [bytes, next] = protocol_->Consume(input, &output_);
  CountMet();
  more_ = next != Next::kRead && next != Next::kClose && bytes < input.size();
  Follow(next);
  return bytes;
}

void Connection::Follow(Next next) {
  if (next == Next::kClose) ending_ = true;
  if (next == Next::kWork) busy_ = true;
  if (next == Next::kWork || next == Next::kWorks) has_works_ = true;
  LimitReplies();
}

std::unique_ptr<Work> Connection::TakeWork() {
  if (!has_works_) return nullptr;
  auto work = protocol_->TakeWork();
  has_works_ = work != nullptr;
  if (has_works_) {
    work->connection = id_;
    ++under_way_;
  }
  return work;
}

void Connection::FinishWork(std::unique_ptr<Work> work) {
  --under_way_;
  busy_ = false;
  const Next next = protocol_->FinishWork(std::move(work), &output_);
  if (next == Next::kAgain) more_ = true;
  Follow(next);
}

void Connection::Awake() {
  if (ending_) return;
  Follow(protocol_->Awake(&output_));
  CountMet();
}

void Connection::Push(std::string bytes) {
  output_.Append(std::move(bytes));
  LimitReplies();
}

void Connection::LimitReplies() {
  if (output_.bytes() <= limits_.reply_bytes_max) return;
  Met("reply_bytes_max", &stats_.over_replies);
  Drop();
}

void Connection::CountMet() {
  for (const LimitMet& met : protocol_->TakeMet()) {
    Met(met.limit, &(stats_.*met.count), met.times);
  }
}

void Connection::Met(std::string_view limit, ServerStats::Count* count, std::uint64_t times) {
  count->fetch_add(times, std::memory_order_relaxed);
  if (logger_ == nullptr) return;
  logger_->Log(LogLevel::kWarn, "limit reached",
               {{"limit", limit}, {"connection", id_}, {"client", ToString(socket_->peer())}});
}

void Connection::Send(std::uint64_t now_us) {
  std::array<std::string_view, kPartsMax> parts;
  unsent_ = false;
  while (!output_.empty() && !dropped_) {
    const std::size_t count = output_.Front(parts);
    const auto sent = socket_->Write(std::span(parts).first(count));
    if (!sent) return Drop();
    if (*sent == 0) {
      unsent_ = true;
      return;
    }
    stats_.bytes_out.fetch_add(*sent, std::memory_order_relaxed);
    output_.Drop(*sent);
    took_us_ = now_us;
    if (output_.empty()) Awake();
  }
}

void Connection::Refuse(std::string_view reason) {
  if (ending_) return;
  protocol_->Refuse(reason, &output_);
  ending_ = true;
}

void Connection::Tick(std::uint64_t now_us) {
  if (unsent_ && now_us - took_us_ > limits_.stuck_us) {
    Met("stuck", &stats_.stuck);
    return Drop();
  }
  if (limits_.idle_us != 0 && under_way_ == 0 && now_us - heard_us_ > limits_.idle_us) {
    Met("idle", &stats_.idle);
    return Drop();
  }
  Awake();
  if (output_.empty()) output_.Shrink();
  if (input_.empty()) std::string().swap(input_);
}

Interest Connection::Wanted() const {
  return {.read = !muted_ && !peer_ended_ && !ending_, .write = unsent_};
}

bool Connection::Account() {
  const bool keeps_input = input_.capacity() > std::string().capacity();
  const std::size_t bytes =
      (keeps_input ? input_.capacity() : 0) + output_.capacity() + protocol_->bytes_kept();
  const std::uint64_t all =
      stats_.buffer_bytes.fetch_add(bytes - accounted_, std::memory_order_relaxed) + bytes -
      accounted_;
  const bool grew = bytes > accounted_;
  accounted_ = bytes;
  // A refusal would look like the reply to what is under way.
  if (under_way_ > 0 || !grew || bytes <= kSmallBytes || all <= limits_.buffer_bytes_max)
    return false;
  Met("buffer_bytes_max", &stats_.over_buffers);
  Refuse("the buffers of all connections take buffer_bytes_max, " +
         std::to_string(limits_.buffer_bytes_max) + " bytes; try again later");
  std::string().swap(input_);
  return true;
}

}  // namespace strata::server
