// What became of handshakes, and of the files that they are judged by.
//
// Thread safety: any thread.

#pragma once

#include <atomic>
#include <cstdint>

namespace strata::tls {

struct Counts {
  std::atomic<std::uint64_t> made{0};
  std::atomic<std::uint64_t> refused{0};  // The peer's certificate, or what it spoke.
  std::atomic<std::uint64_t> late{0};
  // New files: that hold now, and that were wrong.
  std::atomic<std::uint64_t> reloads{0};
  std::atomic<std::uint64_t> wrong_files{0};
  std::atomic<std::uint64_t> certificate_end_us{0};  // Of its own; 0: it has none.
};

}  // namespace strata::tls
