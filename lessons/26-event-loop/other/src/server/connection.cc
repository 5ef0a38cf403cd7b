// Another right answer: all that comes goes into the input first, and is consumed from there; it
// takes a copy of each byte, and one way instead of two.

#include "server/connection.h"

#include <utility>
#include <vector>

namespace strata::server {
namespace {

constexpr std::size_t kFairBytes = 64 << 10;

std::string LimitText(std::string_view what, std::string_view limit, std::size_t value) {
  return std::string(what) + " " + std::string(limit) + ", " + std::to_string(value) + " bytes";
}

}  // namespace

Connection::Connection(ConnectionId id, std::unique_ptr<Socket> socket,
                       std::unique_ptr<Protocol> protocol, const Limits& limits, ServerStats& stats,
                       std::uint64_t now_us)
    : id_(id),
      socket_(std::move(socket)),
      protocol_(std::move(protocol)),
      limits_(limits),
      stats_(stats),
      heard_us_(now_us),
      took_us_(now_us) {
  ++stats_.connections;
}

Connection::~Connection() {
  --stats_.connections;
  stats_.buffer_bytes -= accounted_;
}

void Connection::Receive(std::span<char> scratch, std::uint64_t now_us) {
  if (more_ || !CanBegin()) {
    muted_ = true;
    return;
  }
  const auto read = socket_->Read(scratch);
  if (!read) dropped_ = true;
  if (!read || !read->has_value()) return;
  heard_us_ = now_us;
  const std::size_t count = read->value();
  stats_.bytes_in += count;
  if (count == 0) {
    peer_ended_ = true;
    return;
  }
  input_.append(scratch.data(), count);
  Consume(input_);
  const bool waits_for_more = !more_ && !busy_;
  if (!waits_for_more || input_.size() <= limits_.request_bytes_max) return;
  ++stats_.over_request;
  Refuse(LimitText("the request is larger than", "request_bytes_max", limits_.request_bytes_max));
}

void Connection::GoOn() {
  if (more_ && CanBegin()) Consume(input_);
}

// `input` is input_.
std::size_t Connection::Consume(std::string_view input) {
  const Consumed consumed = protocol_->Consume(input, &output_);
  for (const auto& [limit, count, times] : protocol_->TakeMet()) stats_.*count += times;
  input_.erase(0, consumed.bytes);
  more_ = false;
  switch (consumed.next) {
    case Next::kRead:
      break;
    case Next::kAgain:
      more_ = !input_.empty();
      break;
    case Next::kWork:
      more_ = !input_.empty();
      busy_ = true;
      work_ = protocol_->TakeWork();
      break;
    case Next::kClose:
      ending_ = true;
  }
  LimitReplies();
  return consumed.bytes;
}

void Connection::FinishWork(std::unique_ptr<Work> work) {
  const Next next = protocol_->FinishWork(std::move(work), &output_);
  busy_ = false;
  more_ = more_ || next == Next::kAgain;
  ending_ = ending_ || next == Next::kClose;
  LimitReplies();
}

void Connection::Settle() {
  const bool idle = !busy_ && !more_;
  ending_ = ending_ || (peer_ended_ && idle);
  if (!more_ && CanBegin()) muted_ = false;
}

void Connection::Send(std::uint64_t now_us) {
  bool takes = true;
  while (takes && !dropped_ && !output_.empty()) {
    std::vector<std::string_view> parts(16);
    parts.resize(output_.Front(parts));
    const auto sent = socket_->Write(parts);
    if (!sent) return Drop();
    takes = *sent > 0;
    if (!takes) break;
    took_us_ = now_us;
    stats_.bytes_out += *sent;
    output_.Drop(*sent);
  }
  unsent_ = !takes;
}

void Connection::Push(std::string bytes) {
  output_.Append(std::string_view(bytes));
  LimitReplies();
}

void Connection::LimitReplies() {
  if (output_.bytes() > limits_.reply_bytes_max) {
    ++stats_.over_replies;
    dropped_ = true;
  }
}

void Connection::Refuse(std::string_view reason) {
  if (!std::exchange(ending_, true)) protocol_->Refuse(reason, &output_);
}

void Connection::Tick(std::uint64_t now_us) {
  const bool stuck = unsent_ && now_us > took_us_ + limits_.stuck_us;
  const bool idle = limits_.idle_us > 0 && !busy_ && now_us > heard_us_ + limits_.idle_us;
  if (stuck) ++stats_.stuck;
  if (idle && !stuck) ++stats_.idle;
  if (stuck || idle) return Drop();
  if (output_.empty()) output_.Shrink();
  if (input_.empty()) input_ = std::string();
}

Interest Connection::Wanted() const {
  Interest wanted;
  wanted.write = unsent_;
  wanted.read = !(ending_ || peer_ended_ || muted_);
  return wanted;
}

bool Connection::Account() {
  const std::size_t free_of_charge = std::string().capacity();
  const std::size_t before = accounted_;
  accounted_ = output_.capacity();
  if (input_.capacity() > free_of_charge) accounted_ += input_.capacity();
  stats_.buffer_bytes += accounted_;
  const std::uint64_t all = stats_.buffer_bytes -= before;
  if (all <= limits_.buffer_bytes_max || accounted_ <= before) return false;
  if (busy_ || accounted_ <= kFairBytes) return false;
  ++stats_.over_buffers;
  Refuse(LimitText("the buffers of all connections take", "buffer_bytes_max",
                   limits_.buffer_bytes_max));
  input_ = std::string();
  return true;
}

}  // namespace strata::server
