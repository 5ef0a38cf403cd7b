// All limits of a server in one table: what a client may make it hold or do. Each is looked at
// before memory is taken, told to the client that meets it, and counted (ServerStats).

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace strata::server {

// A number that may be changed while others look at it; to them it is the number.
template <typename T>
class Adjustable {
 public:
  Adjustable(T value) : value_(value) {}  // NOLINT(google-explicit-constructor)
  Adjustable(const Adjustable& other) : value_(T{other}) {}
  Adjustable& operator=(const Adjustable& other) {
    value_.store(T{other}, std::memory_order_relaxed);
    return *this;
  }
  ~Adjustable() = default;
  operator T() const {  // NOLINT(google-explicit-constructor)
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<T> value_;
};

struct Limits {
  Adjustable<std::size_t> connections_max = 10'000;
  // One request, as it comes.
  std::size_t request_bytes_max = std::size_t{1} << 30;
  // Of one request: its words, and the bytes of one of them.
  std::size_t arguments_max = 1 << 20;
  std::size_t argument_bytes_max = std::size_t{512} << 20;
  // Requests of one connection in one turn: then the others have theirs.
  std::size_t pipeline_max = 1'024;
  // With so many bytes of replies that the client hasn't taken, none of its requests is begun;
  Adjustable<std::size_t> reply_bytes_pause = 1 << 20;
  // with so many it is closed.
  Adjustable<std::size_t> reply_bytes_max = std::size_t{1} << 30;
  // What is kept for all connections together: requests that aren't whole, replies that aren't
  // sent.
  Adjustable<std::size_t> buffer_bytes_max = std::size_t{2} << 30;
  // Who takes nothing of its replies for so long is closed,
  Adjustable<std::uint64_t> stuck_us = 60'000'000;
  // and who sends nothing; 0: never.
  Adjustable<std::uint64_t> idle_us = 0;
  // How long requests under way may take to end when the server stops.
  Adjustable<std::uint64_t> stop_us = 10'000'000;

  // Takes over from `other` what may be changed while others look at it.
  void Adjust(const Limits& other) {
    connections_max = other.connections_max;
    reply_bytes_pause = other.reply_bytes_pause;
    reply_bytes_max = other.reply_bytes_max;
    buffer_bytes_max = other.buffer_bytes_max;
    stuck_us = other.stuck_us;
    idle_us = other.idle_us;
    stop_us = other.stop_us;
  }
};

}  // namespace strata::server
