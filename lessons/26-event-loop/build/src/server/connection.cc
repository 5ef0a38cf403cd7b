#include "server/connection.h"

#include "base/lesson.h"

namespace strata::server {
namespace {

// Task event-loop.build: the connection, whole.
[[noreturn]] void Yours() {
  strata::lesson::YoursToWrite("event-loop.build", "the connection, whole");
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
  Yours();
}

Connection::~Connection() = default;

void Connection::Receive(std::span<char> scratch, std::uint64_t now_us) {
  (void)scratch;
  (void)now_us;
  Yours();
}

void Connection::GoOn() {
  Yours();
}

void Connection::Settle() {
  Yours();
}

void Connection::Send(std::uint64_t now_us) {
  (void)now_us;
  Yours();
}

void Connection::FinishWork(std::unique_ptr<Work> work) {
  (void)work;
  Yours();
}

void Connection::Push(std::string bytes) {
  (void)bytes;
  Yours();
}

void Connection::Refuse(std::string_view reason) {
  (void)reason;
  Yours();
}

void Connection::Tick(std::uint64_t now_us) {
  (void)now_us;
  Yours();
}

Interest Connection::Wanted() const {
  Yours();
}

bool Connection::Account() {
  Yours();
}

}  // namespace strata::server
