// What isn't whole in a store's files, and how far the scrubber has come that looks for it.
//
// Damage makes the keys that it concerns an error to whoever reads them, and nothing else: other
// keys are read, writing goes on, merges leave the file alone. `strata repair` copies what is whole
// into a new store.
// Thread safety: values.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

// A piece of a file that isn't what was written.
struct Damage {
  std::string file;          // Its name in the store's directory: "000007.sst".
  std::uint64_t offset = 0;  // Where the piece begins.
  std::string what;          // "000007.sst: block at offset 8192: bad checksum".
  std::string table = {};    // The named table that the file is part of; empty: none is known.
  // Keys that the piece may hold lie between these, both inclusive. Absent: they aren't known.
  std::optional<std::string> first = {};
  std::optional<std::string> last = {};

  bool operator==(const Damage&) const = default;
};

// What the scrubber has done since the store was opened.
struct ScrubProgress {
  std::uint64_t passes = 0;  // That came to their end.
  bool running = false;
  std::string file;  // That is being read, or was read last.
  // Of the pass that runs, or the last one.
  std::uint64_t files_read = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t began_us = 0;     // Wall clock.
  std::uint64_t next_due_us = 0;  // The same; 0: none is due.
};

// What one pass over a store found.
struct ScrubReport {
  std::uint64_t files = 0;  // That were read to their end.
  std::uint64_t bytes = 0;
  std::vector<Damage> damage;
};

}  // namespace strata
