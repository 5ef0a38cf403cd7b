// How far a long verb has come, on stderr: a line that redraws itself on a terminal, a plain line
// every ten seconds elsewhere.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/console.h"
#include "io/clock.h"

namespace strata::cli {

class Progress {
 public:
  // `verb` is "imported"; `total_bytes` where it is known.
  Progress(Console& console, Clock& clock, std::string verb, bool quiet,
           std::optional<std::uint64_t> total_bytes);

  // What was done before this run has no part in its rate.
  void BeginAt(std::uint64_t bytes) { begin_bytes_ = bytes; }
  // Cheap to call often. `bytes` with those before, `records` of this run.
  void Update(std::uint64_t bytes, std::uint64_t records);
  // Takes a redrawn line away again.
  void Clear();

  double seconds() const;

 private:
  std::string Line(std::uint64_t bytes, std::uint64_t records) const;

  Console& console_;
  Clock& clock_;
  const std::string verb_;
  const bool quiet_;
  const std::optional<std::uint64_t> total_bytes_;
  const std::uint64_t start_us_;
  std::uint64_t next_us_;
  std::uint64_t begin_bytes_ = 0;
  bool is_drawn_ = false;
};

}  // namespace strata::cli
