// All limits of a server in one table: what a client may make it hold or do. Each is looked at
// before memory is taken, told to the client that meets it, and counted (ServerStats).

#pragma once

#include <cstddef>
#include <cstdint>

namespace strata::server {

struct Limits {
  std::size_t connections_max = 10'000;
  // One request, as it comes.
  std::size_t request_bytes_max = std::size_t{1} << 30;
  // Of one request: its words, and the bytes of one of them.
  std::size_t arguments_max = 1 << 20;
  std::size_t argument_bytes_max = std::size_t{512} << 20;
  // Requests of one connection in one turn: then the others have theirs.
  std::size_t pipeline_max = 1'024;
  // With so many bytes of replies that the client hasn't taken, none of its requests is begun;
  std::size_t reply_bytes_pause = 1 << 20;
  // with so many it is closed.
  std::size_t reply_bytes_max = std::size_t{1} << 30;
  // What is kept for all connections together: requests that aren't whole, replies that aren't
  // sent.
  std::size_t buffer_bytes_max = std::size_t{2} << 30;
  // Who takes nothing of its replies for so long is closed,
  std::uint64_t stuck_us = 60'000'000;
  // and who sends nothing; 0: never.
  std::uint64_t idle_us = 0;
  // How long requests under way may take to end when the server stops.
  std::uint64_t stop_us = 10'000'000;
};

}  // namespace strata::server
