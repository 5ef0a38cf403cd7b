#include "client/link.h"

#include <span>
#include <utility>

namespace strata::client {
namespace {

constexpr int kReadsInATurn = 16;  // The other connections have theirs, too.

}  // namespace

Link::Link(Loop& loop, Network& network, const Endpoint& endpoint, const LinkOptions& options)
    : loop_(loop),
      endpoint_(endpoint),
      options_(options),
      connection_(ToString(endpoint), options.limits) {
  auto socket = network.Connect(endpoint);
  if (!socket) {
    Fail(socket.error().message());
    return;
  }
  socket_ = *std::move(socket);
  interest_.write = true;  // Once it is connected.
  auto token = loop_.Watch(*socket_, interest_, [this](const Ready& ready) { Hear(ready); });
  if (!token) {
    socket_.reset();
    Fail(token.error().message());
    return;
  }
  token_ = *token;
}

Link::~Link() {
  Break("the client is closed");
}

grpc::ClientConnection::CallId Link::Start(const grpc::CallRequest& request,
                                           grpc::CallHandlers handlers) {
  if (!check_) {
    quiet_since_us_ = loop_.now_us();
    asked_ = false;
    const std::uint64_t wait = heard_ ? options_.keepalive_us : options_.connect_us;
    check_ = loop_.At(quiet_since_us_ + wait, [this] { CheckAlive(); });
  }
  if (options_.authorization.empty()) return connection_.Start(request, std::move(handlers));
  grpc::CallRequest known = request;
  known.headers.emplace_back("authorization", options_.authorization);
  return connection_.Start(known, std::move(handlers));
}

grpc::Fate Link::Cancel(grpc::ClientConnection::CallId call) {
  return connection_.Cancel(call);
}

// A connection can be gone without a word (a machine without power, a cable): silence is asked
// about, and silence after that is its end.
void Link::CheckAlive() {
  check_.reset();
  if (!broken_.empty() || connection_.calls() == 0) return;
  const std::uint64_t wait = !heard_  ? options_.connect_us
                             : asked_ ? options_.answer_us
                                      : options_.keepalive_us;
  const std::uint64_t now = loop_.now_us();
  std::uint64_t until = quiet_since_us_ + wait;
  if (now >= until) {
    if (!heard_) return Break("no answer from " + ToString(endpoint_));
    if (asked_) return Break("no answer from " + ToString(endpoint_) + " any more");
    connection_.Ping();
    asked_ = true;
    quiet_since_us_ = now;
    until = now + options_.answer_us;
  }
  check_ = loop_.At(until, [this] { CheckAlive(); });
}

void Link::Hear(const Ready& ready) {
  if (!broken_.empty()) return;
  if (ready.read || ready.broken) Receive();
  if (broken_.empty()) Flush();
}

void Link::Receive() {
  const std::span<char> buffer = loop_.scratch();
  for (int reads = 0; reads < kReadsInATurn; ++reads) {
    const auto got = socket_->Read(buffer);
    if (!got) return Break(got.error().message());
    if (!*got) return;
    if (**got == 0) return Break(ToString(endpoint_) + " closed the connection");
    heard_ = true;
    asked_ = false;
    quiet_since_us_ = loop_.now_us();
    const Status fed = connection_.Feed(std::string_view(buffer.data(), **got));
    if (!fed) {
      const std::string_view last = connection_.Pending();
      (void)socket_->Write({&last, 1});  // It may be told why; it is over in any case.
      return Break(ToString(endpoint_) + ": " + fed.error().message());
    }
  }
}

void Link::Flush() {
  if (gone_) return;
  if (!broken_.empty()) return Break(broken_);
  while (true) {
    const std::string_view pending = connection_.Pending();
    std::size_t sent = 0;
    if (!pending.empty()) {
      const auto wrote = socket_->Write({&pending, 1});
      if (!wrote) return Break(wrote.error().message());
      sent = *wrote;
      connection_.Sent(sent);
    }
    if (!pending.empty() && sent == pending.size()) continue;
    const Interest wanted{.read = true, .write = !pending.empty()};
    if (wanted == interest_) return;
    interest_ = wanted;
    if (const Status changed = loop_.Change(*socket_, token_, wanted); !changed) {
      Break(changed.error().message());
    }
    return;
  }
}

void Link::Fail(std::string_view reason) {
  if (broken_.empty()) broken_ = reason;
}

void Link::Break(std::string_view reason) {
  if (gone_) return;
  Fail(reason);
  gone_ = true;
  if (check_) loop_.Cancel(*std::exchange(check_, std::nullopt));
  if (socket_ != nullptr) {
    loop_.Forget(*socket_, token_);
    socket_.reset();
  }
  connection_.Break(broken_);
}

}  // namespace strata::client
