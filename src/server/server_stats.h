// What a server counts, for INFO and the metrics.
//
// Thread safety: any thread.

#pragma once

#include <atomic>
#include <cstdint>

namespace strata::server {

struct ServerStats {
  using Count = std::atomic<std::uint64_t>;

  Count connections{0};  // Open now.
  Count accepted{0};
  Count requests{0};
  Count bytes_in{0};
  Count bytes_out{0};
  Count buffer_bytes{0};    // Kept for all connections now.
  Count commits{0};         // Batches of the committer,
  Count failed_commits{0};  // and of these, those that couldn't be written.
  // Times that a limit refused a request, or ended a connection or kept one out.
  Count over_connections{0};
  Count over_request{0};
  Count over_replies{0};
  Count over_buffers{0};
  Count stuck{0};
  Count idle{0};
  Count no_descriptors{0};  // Times that nobody could be accepted.
};

}  // namespace strata::server
